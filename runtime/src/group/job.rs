//! A task that has not been started yet.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::context::call::race::{Around, Race};
use crate::context::protect::grace::Graceful;
use crate::context::{Context, OwnContext};
use crate::error::ContextError;
use crate::located::Located;
use crate::span::Span;

/// The result of a task, or the reason for its interruption.
pub(super) type Ended<R> = Result<R, ContextError>;

pub(super) type BoxedBody<R> = Pin<Box<dyn Future<Output = Ended<R>> + Send>>;

/// A task is a call: its future is raced against its context, as by [`Context::run`].
pub(super) type Body<F> = Race<Context, F, Around>;

pub(super) struct Job<B> {
    /// Ends with the task.
    pub(super) ctx: OwnContext,
    pub(super) span: Span,
    pub(super) located: Located,
    pub(super) body: B,
}

impl<F: Future> Job<Body<F>> {
    pub(super) fn new(group: &Context, task: impl FnOnce(Context) -> F) -> Self {
        let ctx = group.own_child();
        let future = task(Context::clone(&ctx));
        let body = Race::new(Context::clone(&ctx), future, Around);
        Self { ctx, span: Span::current(), located: Located::default(), body }
    }
}

impl<B> Job<B> {
    pub(super) fn boxed<R>(self) -> Job<BoxedBody<R>>
    where
        B: Future<Output = Ended<R>> + Send + 'static,
    {
        let Self { ctx, span, located, body } = self;
        Job { ctx, span, located, body: Box::pin(body) }
    }
}

impl<R: 'static> Job<BoxedBody<R>> {
    /// Like `new`, for a task that may run on for `grace` after the end of its context.
    pub(super) fn graceful<F>(group: &Context, grace: Duration, task: impl FnOnce(Context) -> F) -> Self
    where
        F: Future<Output = R> + Send + 'static,
    {
        let ctx = group.own_child();
        let body = Completed { future: task(Context::clone(&ctx)) };
        let body = Box::pin(Graceful::new(Context::clone(&ctx), body, grace));
        Self { ctx, span: Span::current(), located: Located::default(), body }
    }
}

pin_project! {
    /// Wraps the future of a graceful call so that its result can represent an interruption.
    struct Completed<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Completed<F> {
    type Output = Ended<F::Output>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(ready!(self.project().future.poll(task))))
    }
}
