use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;

use crate::context::Context;
use crate::context::call::race::{Around, Race};
use crate::located::Located;
use crate::pool::output::Policy;
use crate::pool::worker::Worker;
use crate::span::Span;

pin_project! {
    /// The future of a worker: raced against the context once for all its items, in the span of
    /// the caller.
    pub(crate) struct WorkerFuture<W> {
        span: Span,
        located: Located,
        #[pin]
        race: Race<Context, W, Around>,
    }
}

impl<W: Future<Output = ()>> WorkerFuture<W> {
    pub(super) fn new<T, R, P: Policy<R>>(
        worker: Worker<T, R, P>,
        located: Located,
        start: impl FnOnce(Worker<T, R, P>) -> W,
    ) -> Self {
        let ctx = worker.ctx().clone();
        Self { span: Span::current(), located, race: Race::new(ctx, start(worker), Around) }
    }
}

impl<W: Future<Output = ()>> Future for WorkerFuture<W> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<()> {
        let this = self.project();
        this.span.in_scope(|| this.located.poll(this.race, task)).map(drop)
    }
}
