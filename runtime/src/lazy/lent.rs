//! A look at a lazy value that leaves its count alone.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;

/// The value of a [`Lazy`](crate::Lazy), lent: an `Arc<T>` whose count nobody has touched.
///
/// All clones of an `Arc` share one count, which threads that use it at the same time pass to and fro between their processors. A `Lent` does without, and
/// is made without a word between them. It derefs to the `Arc`, so what takes a `&T` or a `&Arc<T>` takes a `&Lent<T>`, and `Arc::clone(&lent)` makes one that is
/// kept: do so for what lives long, because each thread has room for eight, and those beyond are counted.
///
/// From [`Lazy::lend`](crate::Lazy::lend), or of a `#[lazy]` function whose written result is `Result<Lent<T>, E>`. As an `Arc` does, it keeps the value
/// alive when another one takes its place.
///
/// ```
/// use std::sync::Arc;
/// use taskward::{Lazy, Lent};
///
/// static GREETING: Lazy<String> = Lazy::new();
///
/// GREETING.replace("hello".to_owned());
/// let lent: Lent<String> = GREETING.lend().unwrap();
/// assert_eq!(lent.len(), 5);
/// GREETING.invalidate();
/// let kept: Arc<String> = Arc::clone(&lent);
/// assert_eq!(*kept, "hello");
/// ```
///
/// It is the guard of the crate [`arc-swap`](https://docs.rs/arc-swap).
pub struct Lent<T>(Guard<Option<Arc<T>>>);

impl<T> Lent<T> {
    #[cfg(not(taskward_loom))]
    #[inline]
    pub(super) fn new(guard: Guard<Option<Arc<T>>>) -> Option<Self> {
        guard.is_some().then(|| Self(guard))
    }
}

impl<T> Deref for Lent<T> {
    type Target = Arc<T>;

    #[inline]
    fn deref(&self) -> &Arc<T> {
        // There is one: see `new`.
        self.0.as_ref().expect("a value is lent")
    }
}

impl<T> From<Arc<T>> for Lent<T> {
    fn from(value: Arc<T>) -> Self {
        Self(Guard::from_inner(Some(value)))
    }
}

impl<T> From<Lent<T>> for Arc<T> {
    fn from(lent: Lent<T>) -> Self {
        Guard::into_inner(lent.0).expect("a value is lent")
    }
}

impl<T: fmt::Debug> fmt::Debug for Lent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: fmt::Display> fmt::Display for Lent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}
