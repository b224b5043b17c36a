//! Access to a lazy value without incrementing its reference count.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;

/// A guard of the value of a [`Lazy`](crate::Lazy): an `Arc<T>` whose count was not incremented.
///
/// All clones of an `Arc` share one count, on which concurrent threads contend; a guard avoids
/// that. It dereferences to the `Arc`, so `&guard` coerces to `&T` and `&Arc<T>` (write `&**guard`
/// for a type parameter), and `Arc::clone(&guard)` creates an `Arc` to keep. Keep guards for a
/// short time: each thread has room for eight, and further guards do increment the count.
///
/// Returned by [`Lazy::lend`](crate::Lazy::lend), and by `#[lazy]` functions with the result
/// `Result<LazyGuard<T>, E>`. The guard keeps the value alive when another value replaces it.
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
/// Based on the guard of the crate [`arc-swap`](https://docs.rs/arc-swap).
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
        // Checked in `new`.
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
