//! The `tracing` span in which a task is spawned and runs.

#[cfg(feature = "tracing")]
pub(crate) use tracing::Span;

/// A placeholder without the feature.
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
