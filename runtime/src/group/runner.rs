//! The Tokio task behind a task of a group. After its task it takes over a queued job if there is
//! one, which is cheaper than a Tokio task for each.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;
use tokio::task::coop::poll_proceed;

use super::job::{BoxedBody, Job};
use super::report::Report;
use super::slot::Slot;
use crate::located::Located;
use crate::payload::Payload;
use crate::span::Span;
use crate::task_output::PoolOutput;

pin_project! {
    /// The fields are dropped in order: the user's future with its context, the slot in the group.
    pub(super) struct Runner<R: PoolOutput, B> {
        #[pin]
        stage: Stage<R, B>,
        // The address of the data of the waker that the slot knows, 0 until the body waits.
        waker: usize,
        // The task has been woken for the end of its context.
        knows_end: bool,
        span: Span,
        located: Located,
        slot: Slot<R>,
    }
}

pin_project! {
    #[project = StageProj]
    enum Stage<R: PoolOutput, B> {
        Own {
            #[pin]
            body: B,
        },
        TakenOver { body: BoxedBody<R> },
        Between,
    }
}

impl<R: PoolOutput, B> Runner<R, B> {
    /// The memory of the task may be kept for a while.
    const IS_SMALL: bool = size_of::<Self>() <= 512;

    #[inline]
    pub(super) fn new(job: Job<B>, slot: Slot<R>) -> Self {
        let Job { span, located, body } = job;
        Self { stage: Stage::Own { body }, waker: 0, knows_end: false, span, located, slot }
    }
}

impl<R: PoolOutput, B: Future<Output = Report<R>>> Runner<R, B> {
    /// Polls the current job.
    fn poll_job(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Report<R>> {
        let mut this = self.project();
        let polled = this.span.in_scope(|| match this.stage.as_mut().project() {
            StageProj::Own { body } => this.located.poll(body, task),
            StageProj::TakenOver { body } => this.located.poll(body.as_mut(), task),
            StageProj::Between => unreachable!("a runner without a job is done"),
        });
        if polled.is_pending() {
            let waker = task.waker().data().addr();
            if !*this.knows_end && (waker == 0 || waker != *this.waker) {
                *this.waker = waker;
                *this.knows_end = this.slot.wait(task.waker());
            }
        } else {
            if *this.waker != 0 && matches!(polled, Poll::Ready(Report::Interrupted(_))) {
                this.slot.cut();
            }
            // Dropped before the result is visible, so that the task has really stopped.
            this.span.in_scope(|| this.stage.set(Stage::Between));
        }
        polled
    }
}

impl<R: PoolOutput, B: Future<Output = Report<R>>> Future for Runner<R, B> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<()> {
        loop {
            let polled = catch_unwind(AssertUnwindSafe(|| self.as_mut().poll_job(task)));
            let mut this = self.as_mut().project();
            let next = match polled {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(report)) => this.slot.finish(report, Self::IS_SMALL.then_some(task.waker())),
                Err(payload) => {
                    // Dropping the body may panic, too; one panic is enough to report.
                    let left = catch_unwind(AssertUnwindSafe(|| this.stage.set(Stage::Between)));
                    drop(left.map_err(Payload::new));
                    this.slot.panicked(payload)
                }
            };
            let Some(Job { span, located, body }) = next else { return Poll::Ready(()) };
            this.stage.set(Stage::TakenOver { body });
            (*this.span, *this.located) = (span, located);
            (*this.waker, *this.knows_end) = (0, false);
            // Jobs that are ready at once never wait and must still yield now and then.
            ready!(poll_proceed(task)).made_progress();
        }
    }
}
