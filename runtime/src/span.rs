//! The `tracing` span that a task is spawned in, and runs in.

#[cfg(feature = "tracing")]
pub(crate) use tracing::Span;

/// Without the feature: none.
#[cfg(not(feature = "tracing"))]
#[derive(Clone)]
pub(crate) struct Span;

#[cfg(not(feature = "tracing"))]
impl Span {
    pub(crate) fn current() -> Self {
        Self
    }

    #[allow(clippy::unused_self)]
    pub(crate) fn in_scope<T>(&self, run: impl FnOnce() -> T) -> T {
        run()
    }
}
