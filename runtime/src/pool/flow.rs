//! A run whose items are taken one by one, and whose outputs are yielded one by one.
//!
//! The owner's polls take items from the source, queue them, and yield outputs. Nothing is taken
//! without a poll, and at most `queue + workers` items are alive in between.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};

use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::task::coop;

use super::output::{IsFailure, Policy};
use super::outputs::{Outputs, StreamOutputs};
use super::queue::ItemQueue;
use super::run_state::{RunState, StopOnDrop};
use super::setup::Setup;
use super::worker_set::{Panic, WorkerSet};
use crate::context::{CancelHook, Context};
use crate::error::ContextError;

pin_project! {
    pub(crate) struct Flow<S: Stream, R, P: Policy<R>, C> {
        // Wakes the owner when the context ends. Dropped before the context is ended.
        hook: Option<CancelHook>,
        // Dropped before the other fields: stops the workers.
        run: StopOnDrop<S::Item, R, P>,
        set: C,
        // `None` once the source has ended or is not needed any more.
        #[pin]
        source: Option<S>,
        workers: usize,
        most_alive: usize,
        is_exhausted: bool,
        taken: usize,
        yielded: usize,
        stage: Stage,
        // The reason for an early end.
        why: Option<ContextError>,
        // The panic of the source.
        panic: Option<Panic>,
    }
}

/// The number of items taken before other tasks get their turn.
const POLL_BATCH: usize = 64;

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Running,
    /// Waiting until every worker has stopped.
    Stopping,
    /// Finished outputs are still to be yielded.
    Stopped,
    Over,
}

/// The reason for the end of a flow.
pub(crate) enum End<F> {
    /// The source has ended, and all items were processed.
    Complete,
    Failed(F),
    Interrupted(ContextError),
}

impl<S: Stream, R, P: Policy<R>, C: WorkerSet> Flow<S, R, P, C> {
    /// Creates a run of a source with the size hint `hint`, whose workers are started on demand or
    /// all at once.
    pub(crate) fn new(
        setup: Setup,
        ctx: &Context,
        source: S,
        (least, most): (usize, Option<usize>),
        fails: Option<IsFailure<P::Kept>>,
        on_demand: bool,
    ) -> Self {
        let workers = setup.workers.get();
        let (ctx, canceller) = ctx.with_cancel();
        let queue = ItemQueue::open(workers, on_demand);
        let outputs = Outputs::Stream(StreamOutputs::new(setup.in_order));
        let total = most.filter(|most| *most == least);
        Self {
            hook: None,
            run: StopOnDrop::new(&setup, queue, outputs, total, fails, canceller),
            set: C::new(setup, &ctx),
            source: Some(source),
            workers,
            most_alive: workers.saturating_add(setup.queue()),
            is_exhausted: false,
            taken: 0,
            yielded: 0,
            stage: Stage::Running,
            why: None,
            panic: None,
        }
    }

    /// Starts all workers of a run that does not start them on demand.
    pub(crate) fn start_all(&mut self, mut start: impl FnMut(&mut C, Arc<RunState<S::Item, R, P>>)) {
        for _ in 0..self.workers {
            start(&mut self.set, self.run.0.clone());
        }
    }

    /// Yields the next output, or `None` when there are no more and every worker has stopped.
    /// Starts workers on demand with `start`.
    pub(crate) fn poll_next(
        mut self: Pin<&mut Self>,
        task: &mut Task<'_>,
        start: impl FnMut(&mut C, Arc<RunState<S::Item, R, P>>),
    ) -> Poll<Option<P::Kept>> {
        if self.stage == Stage::Running {
            let budget = ready!(coop::poll_proceed(task));
            if let output @ Some(_) = ready!(self.as_mut().poll_running(task, start)) {
                budget.made_progress();
                return Poll::Ready(output);
            }
        }
        let this = self.as_mut().project();
        if *this.stage == Stage::Stopping {
            ready!(this.set.poll_stopped(task));
            *this.stage = Stage::Stopped;
            if let Some(payload) = this.panic.take().or_else(|| this.set.take_panic()) {
                *this.stage = Stage::Over;
                *this.why = None;
                resume_unwind(payload);
            }
        }
        if *this.stage == Stage::Stopped {
            if let output @ Some(_) = self.as_mut().take_off() {
                return Poll::Ready(output);
            }
            let is_complete = self.is_complete();
            let this = self.project();
            *this.stage = Stage::Over;
            // A run that was complete when the context ended counts as complete.
            if is_complete {
                *this.why = None;
            }
        }
        Poll::Ready(None)
    }

    /// Takes items, polls the workers, and takes an output. Returns `None` once the flow is no
    /// longer running.
    fn poll_running(
        mut self: Pin<&mut Self>,
        task: &mut Task<'_>,
        start: impl FnMut(&mut C, Arc<RunState<S::Item, R, P>>),
    ) -> Poll<Option<P::Kept>> {
        // Registered before the first check, so that later changes wake the owner.
        self.run.0.stream().owner.register(task.waker());
        let is_ended = self.set.ctx().has_ended() || self.run.0.is_stopped();
        let mut is_over = is_ended || self.as_mut().take_in(task, start).is_err();
        if !is_over {
            self.as_mut().project().set.drive(task);
            is_over = self.run.0.is_stopped();
        }
        if is_over {
            self.stop();
            return Poll::Ready(None);
        }
        if let output @ Some(_) = self.as_mut().take_off() {
            return Poll::Ready(output);
        }
        if !self.is_complete() {
            return Poll::Pending;
        }
        *self.project().stage = Stage::Stopping;
        Poll::Ready(None)
    }

    fn is_complete(&self) -> bool {
        self.is_exhausted && self.taken == self.yielded
    }

    /// Takes items while there is room. Fails if the source panics.
    fn take_in(
        self: Pin<&mut Self>,
        task: &mut Task<'_>,
        mut start: impl FnMut(&mut C, Arc<RunState<S::Item, R, P>>),
    ) -> Result<(), ()> {
        let mut this = self.project();
        if this.hook.is_none() {
            let owner = this.run.0.stream().owner.clone();
            *this.hook = Some(this.set.ctx().on_cancel(move |_| owner.wake()));
        }
        let before = *this.taken;
        while *this.taken - *this.yielded < *this.most_alive {
            if *this.taken - before == POLL_BATCH {
                task.waker().wake_by_ref();
                break;
            }
            let Some(source) = this.source.as_mut().as_pin_mut() else { break };
            match catch_unwind(AssertUnwindSafe(|| source.poll_next(task))) {
                Ok(Poll::Pending) => break,
                Ok(Poll::Ready(Some(item))) => {
                    *this.taken += 1;
                    if this.run.0.queue.push(item) {
                        start(this.set, this.run.0.clone());
                    }
                }
                Ok(Poll::Ready(None)) => {
                    *this.is_exhausted = true;
                    this.run.0.queue.close();
                    this.source.set(None);
                }
                Err(payload) => {
                    *this.panic = Some(payload);
                    return Err(());
                }
            }
        }
        Ok(())
    }

    fn take_off(self: Pin<&mut Self>) -> Option<P::Kept> {
        let this = self.project();
        let output = this.run.0.stream().take();
        *this.yielded += usize::from(output.is_some());
        output
    }

    /// Ends the run early.
    fn stop(self: Pin<&mut Self>) {
        let mut this = self.project();
        // Checked first, because stopping cancels.
        *this.why = Some(this.set.ctx().check().err().unwrap_or_else(ContextError::cancelled));
        *this.stage = Stage::Stopping;
        this.hook.take();
        this.run.0.stop();
        // Last, because it may panic, and the workers have been stopped by then.
        this.source.set(None);
    }

    /// Returns the reason for the end. Must be called once, after the last output.
    pub(crate) fn end(self: Pin<&mut Self>) -> End<P::Failure> {
        let this = self.project();
        let failure = this.run.0.take_failure().map(End::Failed);
        failure.or_else(|| this.why.take().map(End::Interrupted)).unwrap_or(End::Complete)
    }

    /// Returns an entry for each item that was taken and not yielded, after an interruption.
    pub(crate) fn leftovers(self: Pin<&mut Self>) -> impl Iterator<Item = Option<P::Kept>> + use<S, R, P, C> {
        let this = self.project();
        this.run.0.stream().leftovers(*this.taken)
    }
}
