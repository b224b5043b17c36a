//! The Tokio task behind a task of a group. When it is done it takes over one that is queued, if there is one: that is
//! cheaper than a Tokio task for each.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;
use tokio::task::coop::poll_proceed;

use super::job::{BoxFuture, Job, Span};
use super::outcomes::Payload;
use super::place::Place;
use crate::context::{OwnContext, current};
use crate::pool::PoolOutput;

pin_project! {
    /// Fields are dropped in this order: what the user's code holds, its context, the place in the group.
    pub(super) struct Runner<R: PoolOutput, F> {
        #[pin]
        stage: Stage<R, F>,
        // `None` between jobs.
        ctx: Option<OwnContext>,
        started: bool,
        span: Span,
        place: Place<R>,
    }
}

pin_project! {
    #[project = StageProj]
    enum Stage<R, F> {
        Own {
            #[pin]
            future: F,
        },
        TakenOver { future: BoxFuture<R> },
        Between,
    }
}

impl<R: PoolOutput, F: Future<Output = R>> Runner<R, F> {
    pub(super) fn new(job: Job<F>, place: Place<R>) -> Self {
        let Job { ctx, span, future } = job;
        Self { stage: Stage::Own { future }, ctx: Some(ctx), started: false, span, place }
    }
}

impl<R: PoolOutput, F: Future<Output = R>> Runner<R, F> {
    /// Runs the current job. `None` if it was not to be started any more.
    fn poll_job(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<R>> {
        let mut this = self.project();
        let Some(ctx) = this.ctx.as_deref() else { return Poll::Ready(None) };
        let mut result = None;
        if *this.started || !ctx.has_ended() {
            *this.started = true;
            let polled = this.span.in_scope(|| {
                current::with_context(ctx, || match this.stage.as_mut().project() {
                    StageProj::Own { future } => future.poll(task).map(Some),
                    StageProj::TakenOver { future } => future.as_mut().poll(task).map(Some),
                    StageProj::Between => Poll::Ready(None),
                })
            });
            result = ready!(polled);
        }
        // Before anybody hears of the result: the task has really stopped.
        this.span.in_scope(|| this.stage.set(Stage::Between));
        *this.ctx = None;
        Poll::Ready(result)
    }
}

impl<R: PoolOutput, F: Future<Output = R>> Future for Runner<R, F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<()> {
        loop {
            let polled = catch_unwind(AssertUnwindSafe(|| self.as_mut().poll_job(task)));
            let mut this = self.as_mut().project();
            let next = match polled {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(result)) => this.place.finish(result),
                Err(payload) => {
                    // What the task leaves behind may panic, too; one is enough to tell.
                    let left = catch_unwind(AssertUnwindSafe(|| {
                        this.stage.set(Stage::Between);
                        *this.ctx = None;
                    }));
                    drop(left.map_err(Payload::new));
                    this.place.panicked(payload);
                    None
                }
            };
            let Some(Job { ctx, span, future }) = next else { return Poll::Ready(()) };
            this.stage.set(Stage::TakenOver { future });
            (*this.ctx, *this.span, *this.started) = (Some(ctx), span, false);
            // Jobs that are ready at once never wait: let others run now and then.
            ready!(poll_proceed(task)).made_progress();
        }
    }
}
