//! A task that has not started yet.

use std::future::Future;
use std::pin::Pin;

use super::shared::Shared;
use crate::context::{Context, OwnContext};
use crate::pool::PoolOutput;

pub(super) type BoxFuture<R> = Pin<Box<dyn Future<Output = R> + Send>>;

pub(super) struct Job<F> {
    /// Ends with the task.
    pub(super) ctx: OwnContext,
    pub(super) span: Span,
    pub(super) future: F,
}

impl<F: Future<Output: PoolOutput>> Job<F> {
    pub(super) fn new(shared: &Shared<F::Output>, task: impl FnOnce(Context) -> F) -> Self {
        let ctx = shared.ctx.own_child();
        let future = task(Context::clone(&ctx));
        Self { ctx, span: Span::current(), future }
    }

    pub(super) fn boxed(self) -> Job<BoxFuture<F::Output>>
    where
        F: Send + 'static,
    {
        let Self { ctx, span, future } = self;
        Job { ctx, span, future: Box::pin(future) }
    }
}

/// The `tracing` span of the spawn, in which the task runs.
#[cfg(feature = "tracing")]
pub(super) use tracing::Span;

/// Without the feature: none.
#[cfg(not(feature = "tracing"))]
pub(super) struct Span;

#[cfg(not(feature = "tracing"))]
impl Span {
    fn current() -> Self {
        Self
    }

    #[allow(clippy::unused_self)]
    pub(super) fn in_scope<T>(&self, run: impl FnOnce() -> T) -> T {
        run()
    }
}
