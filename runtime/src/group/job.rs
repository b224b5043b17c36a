//! A task that has not been started yet.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::echo::is_echo;
use super::report::{Exception, Report};
use crate::context::call::race::{Around, Race};
use crate::context::call::waiter::ByOwner;
use crate::context::protect::grace::Graceful;
use crate::context::{Context, OwnContext};
use crate::error::ContextError;
use crate::located::Located;
use crate::span::Span;
use crate::task_output::PoolOutput;

/// A task is a call: its future is raced against its context, as by [`Context::run`]. The context
/// ends with the task. The group wakes the task at the end of the context, which so needs no
/// registration.
pub(super) type Body<F> = Reporting<OwnRace<F>>;

type OwnRace<F> = Race<OwnContext, F, Around, ByOwner>;

pub(super) type BoxedBody<R> = Pin<Box<dyn Future<Output = Report<R>> + Send>>;

pub(super) struct Job<B> {
    pub(super) span: Span,
    pub(super) located: Located,
    pub(super) body: B,
}

impl<F: Future> Job<Body<F>> {
    #[inline]
    pub(super) fn new(ctx: OwnContext, located: Located, task: impl FnOnce(Context) -> F) -> Self {
        let future = task(Context::clone(&ctx));
        Self { span: Span::current(), located, body: Reporting { call: Race::woken_by_owner(ctx, future, Around) } }
    }
}

impl<B> Job<B> {
    pub(super) fn boxed<R: PoolOutput>(self) -> Job<BoxedBody<R>>
    where
        B: Future<Output = Report<R>> + Send + 'static,
    {
        let Self { span, located, body } = self;
        Job { span, located, body: Box::pin(body) }
    }
}

impl<R: PoolOutput<Residual: 'static> + 'static> Job<BoxedBody<R>> {
    /// Like `new`, for a task that may run on for `grace` after the end of its context.
    pub(super) fn graceful<F>(
        ctx: OwnContext,
        located: Located,
        grace: Duration,
        task: impl FnOnce(Context) -> F,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
    {
        let body = Completed { future: task(Context::clone(&ctx)) };
        let body = Box::pin(Reporting { call: Graceful::woken_by_owner(ctx, body, grace) });
        Self { span: Span::current(), located, body }
    }
}

/// A call that has its own context.
trait Call {
    fn ctx(&self) -> &Context;
}

impl<F> Call for OwnRace<F> {
    #[inline]
    fn ctx(&self) -> &Context {
        Race::ctx(self)
    }
}

impl<F: Future> Call for Graceful<OwnContext, Completed<F>, ByOwner> {
    fn ctx(&self) -> &Context {
        Graceful::ctx(self)
    }
}

pin_project! {
    /// Converts the result of a call to a report.
    pub(super) struct Reporting<C> {
        #[pin]
        call: C,
    }
}

impl<R: PoolOutput<Residual: 'static>, C: Call + Future<Output = Result<R, ContextError>>> Future for Reporting<C> {
    type Output = Report<R>;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Report<R>> {
        let mut call = self.project().call;
        Poll::Ready(match ready!(call.as_mut().poll(task)).map(R::branch) {
            Ok(Ok(output)) => Report::Output(output),
            Ok(Err(residual)) => Report::Exception(failed::<R>(residual, call.ctx())),
            Err(why) => Report::Interrupted(why),
        })
    }
}

#[cold]
fn failed<R: PoolOutput<Residual: 'static>>(residual: R::Residual, ctx: &Context) -> Exception<R::Residual> {
    match ctx.check() {
        Err(why) if is_echo::<R>(&residual, &why) => Exception::Echoed(residual),
        _ => Exception::Failed(residual),
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
    type Output = Result<F::Output, ContextError>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(ready!(self.project().future.poll(task))))
    }
}
