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
use super::worker::Worker;
use super::worker_set::{AddWorker, Panic};
use crate::context::{CancelHook, Canceller, Context};
use crate::error::ContextError;

pin_project! {
    #[project = FlowProj]
    pub(crate) struct Flow<S: Stream, R, P: Policy<R>, C> {
        // Wakes the owner when the context ends. Dropped before the context is ended.
        hook: Option<CancelHook>,
        // Dropped before the other fields: stops the workers.
        run: StopOnDrop<S::Item, P::Kept, P::Failure>,
        set: C,
        // `None` once the source has ended or is not needed any more.
        #[pin]
        source: Option<S>,
        ctx: Context,
        cancellers: Vec<Canceller>,
        to_start: usize,
        started: usize,
        most_alive: usize,
        is_exhausted: bool,
        taken: usize,
        yielded: usize,
        stage: Stage,
        panic: Option<Panic>,
    }
}

impl<S: Stream, R, P: Policy<R>, C: AddWorker<Worker<S::Item, R, P>>> FlowProj<'_, S, R, P, C> {
    /// Starts one of the remaining `to_start` workers.
    fn start_worker(&mut self) {
        let (mut worker, canceller) = Worker::new(self.run.0.clone(), self.ctx, *self.started);
        (*self.to_start, *self.started) = (*self.to_start - 1, *self.started + 1);
        if self.run.0.threads_leave {
            worker.keep(canceller);
        } else {
            self.cancellers.push(canceller);
        }
        self.set.add_worker(worker);
    }
}

/// The number of workers started before there are items for them.
const MAX_EAGER: usize = 1 << 16;

/// The number of items taken before other tasks get their turn.
const POLL_BATCH: usize = 64;

enum Stage {
    Running,
    /// Waiting until every worker has stopped.
    Stopping(Option<ContextError>),
    /// Finished outputs are still to be yielded.
    Stopped(Option<ContextError>),
    Over(Option<ContextError>),
}

/// The reason for the end of a flow.
pub(crate) enum End<F> {
    /// The source has ended, and all items were processed.
    Complete,
    Failed(F),
    Interrupted(ContextError),
}

impl<S: Stream, R, P: Policy<R>, C: AddWorker<Worker<S::Item, R, P>>> Flow<S, R, P, C> {
    pub(crate) fn new(
        setup: Setup,
        ctx: &Context,
        source: S,
        total: Option<usize>,
        fails: Option<IsFailure<P::Kept>>,
        threads_leave: bool,
        set: C,
    ) -> Self {
        let workers = setup.workers.get();
        let (ctx, canceller) = ctx.with_cancel();
        let work = (ItemQueue::open(workers), Outputs::Stream(StreamOutputs::new(setup.in_order)));
        Self {
            run: StopOnDrop(Arc::new(RunState::new(work, total, fails, threads_leave, canceller, setup.gauges()))),
            set,
            source: Some(source),
            ctx,
            cancellers: Vec::new(),
            hook: None,
            to_start: workers,
            started: 0,
            most_alive: workers.saturating_add(setup.queue()),
            is_exhausted: false,
            taken: 0,
            yielded: 0,
            stage: Stage::Running,
            panic: None,
        }
    }

    /// Starts all workers now instead of on demand.
    pub(crate) fn start_all(mut self, mut start: impl FnMut(&mut C, Worker<S::Item, R, P>)) -> Self {
        self.started = std::mem::take(&mut self.to_start).min(MAX_EAGER);
        for number in 0..self.started {
            let (worker, canceller) = Worker::new(self.run.0.clone(), &self.ctx, number);
            self.cancellers.push(canceller);
            start(&mut self.set, worker);
        }
        self
    }

    /// Yields the next output, or `None` when there are no more and every worker has stopped.
    pub(crate) fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<P::Kept>> {
        loop {
            let this = self.as_mut().project();
            match this.stage {
                Stage::Running => {
                    let budget = ready!(coop::poll_proceed(task));
                    match self.as_mut().poll_running(task) {
                        Poll::Ready(None) => {}
                        Poll::Ready(output) => {
                            budget.made_progress();
                            return Poll::Ready(output);
                        }
                        Poll::Pending => return Poll::Pending,
                    }
                }
                Stage::Stopping(why) => match ready!(this.set.poll_stopped(task)) {
                    Some(Err(payload)) => {
                        this.panic.get_or_insert(payload);
                    }
                    Some(Ok(())) => {}
                    None => *this.stage = Stage::Stopped(why.take()),
                },
                Stage::Stopped(why) => {
                    if let Some(payload) = this.panic.take() {
                        *this.stage = Stage::Over(None);
                        resume_unwind(payload);
                    }
                    // A run that was complete when the context ended counts as complete.
                    let why = why.take();
                    if let output @ Some(_) = self.as_mut().take_off() {
                        *self.project().stage = Stage::Stopped(why);
                        return Poll::Ready(output);
                    }
                    let is_complete = self.is_exhausted && self.taken == self.yielded;
                    *self.as_mut().project().stage = Stage::Over(why.filter(|_| !is_complete));
                }
                Stage::Over(_) => return Poll::Ready(None),
            }
        }
    }

    /// Takes items, polls the workers, and takes an output. Returns `None` once the flow is no
    /// longer running.
    fn poll_running(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<P::Kept>> {
        // Registered before the first check, so that later changes wake the owner.
        self.run.0.stream().owner.register(task.waker());
        let is_over = self.ctx.has_ended() || self.run.0.is_stopped();
        if is_over || self.as_mut().take_in(task).is_err() {
            return self.stop();
        }
        let Ok(are_gone) = self.as_mut().let_work(task) else { return self.stop() };
        if let output @ Some(_) = self.as_mut().take_off() {
            return Poll::Ready(output);
        }
        if self.is_exhausted && self.taken == self.yielded {
            *self.project().stage = Stage::Stopping(None);
            return Poll::Ready(None);
        }
        if are_gone { self.stop() } else { Poll::Pending }
    }

    /// Takes items while there is room. Fails if the source panics.
    fn take_in(self: Pin<&mut Self>, task: &mut Task<'_>) -> Result<(), ()> {
        let mut this = self.project();
        if this.hook.is_none() {
            let owner = this.run.0.stream().owner.clone();
            *this.hook = Some(this.ctx.on_cancel(move |_| owner.wake()));
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
                    if !this.run.0.queue.push(item) && *this.to_start > 0 {
                        this.start_worker();
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

    /// Polls the workers. Returns whether all of them have stopped, or an error if the run is
    /// over.
    fn let_work(self: Pin<&mut Self>, task: &mut Task<'_>) -> Result<bool, ()> {
        let mut this = self.project();
        loop {
            let stopped = this.set.poll_stopped(task);
            if let Poll::Ready(Some(Err(payload))) = stopped {
                *this.panic = Some(payload);
                return Err(());
            }
            if this.run.0.is_stopped() {
                return Err(());
            }
            match stopped {
                // An idle thread has left; an item may have arrived at that moment.
                Poll::Ready(Some(_)) if this.run.0.threads_leave && !this.set.is_lost() => {
                    *this.to_start += 1;
                    if this.run.0.queue.has_items() {
                        this.start_worker();
                    }
                }
                Poll::Ready(Some(_)) => {}
                // If this happens before their work is done, the runtime is shutting down.
                Poll::Ready(None) => return Ok(this.set.is_lost() || !this.cancellers.is_empty()),
                Poll::Pending => return Ok(false),
            }
        }
    }

    fn take_off(self: Pin<&mut Self>) -> Option<P::Kept> {
        let this = self.project();
        let output = this.run.0.stream().take();
        *this.yielded += usize::from(output.is_some());
        output
    }

    /// Ends the run early.
    fn stop(self: Pin<&mut Self>) -> Poll<Option<P::Kept>> {
        let mut this = self.project();
        // Checked first, because stopping cancels.
        let why = this.ctx.check().err();
        this.hook.take();
        this.run.0.stop();
        this.set.dismiss();
        *this.stage = Stage::Stopping(Some(why.unwrap_or_else(|| this.ctx.why())));
        // Last, because it may panic, and the workers have been stopped by then.
        this.source.set(None);
        Poll::Ready(None)
    }

    /// Returns the reason for the end. Must be called once, after the last output.
    pub(crate) fn end(self: Pin<&mut Self>) -> End<P::Failure> {
        let this = self.project();
        if let Some(failure) = this.run.0.take_failure() {
            return End::Failed(failure);
        }
        match this.stage {
            Stage::Over(why) => why.take().map_or(End::Complete, End::Interrupted),
            _ => End::Complete,
        }
    }

    /// Returns an entry for each item that was taken and not yielded, after an interruption.
    pub(crate) fn leftovers(self: Pin<&mut Self>) -> impl Iterator<Item = Option<P::Kept>> + use<S, R, P, C> {
        let this = self.project();
        this.run.0.stream().leftovers(*this.taken)
    }
}
