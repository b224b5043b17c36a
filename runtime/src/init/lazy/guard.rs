//! A look at a lazy value that counts no reference.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;

/// A guard of the value of a [`Lazy`](crate::Lazy): an `Arc<T>` whose count was not touched.
///
/// All clones of an `Arc` share one count, which threads that use it at the same time pass back and
/// forth between their processors. A guard does not touch it. It dereferences to the `Arc`, so
/// `&guard` can stand where a `&T` or a `&Arc<T>` is expected (`&**guard` where a type parameter
/// is), and `Arc::clone(&guard)` makes an `Arc` that is kept. Keep a guard for a short time: each
/// thread has room for eight, and those beyond are counted.
///
/// Comes from [`Lazy::lend`](crate::Lazy::lend), or from a `#[lazy]` function whose written result
/// is `Result<LazyGuard<T>, E>`. It keeps the value alive when another one takes its place.
///
/// ```
/// use std::sync::Arc;
/// use taskward::{Lazy, LazyGuard};
///
/// static GREETING: Lazy<String> = Lazy::new();
///
/// GREETING.replace("hello".to_owned());
/// let guard: LazyGuard<String> = GREETING.lend().unwrap();
/// assert_eq!(guard.len(), 5);
/// GREETING.invalidate();
/// let kept: Arc<String> = Arc::clone(&guard);
/// assert_eq!(*kept, "hello");
/// ```
///
/// It is the guard of the crate [`arc-swap`](https://docs.rs/arc-swap).
pub struct LazyGuard<T>(Guard<Option<Arc<T>>>);

impl<T> LazyGuard<T> {
    #[cfg(not(taskward_loom))]
    #[inline]
    pub(super) fn new(guard: Guard<Option<Arc<T>>>) -> Option<Self> {
        guard.is_some().then(|| Self(guard))
    }
}

impl<T> Deref for LazyGuard<T> {
    type Target = Arc<T>;

    #[inline]
    fn deref(&self) -> &Arc<T> {
        // There is one: see `new`.
        self.0.as_ref().expect("a guard has a value")
    }
}

impl<T> From<Arc<T>> for LazyGuard<T> {
    fn from(value: Arc<T>) -> Self {
        Self(Guard::from_inner(Some(value)))
    }
}

impl<T> From<LazyGuard<T>> for Arc<T> {
    fn from(guard: LazyGuard<T>) -> Self {
        Guard::into_inner(guard.0).expect("a guard has a value")
    }
}

impl<T: fmt::Debug> fmt::Debug for LazyGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: fmt::Display> fmt::Display for LazyGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}
