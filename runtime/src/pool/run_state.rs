//! The state shared by the workers of one run.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::output::{IsFailure, Policy};
use super::outputs::{Outputs, StreamOutputs};
use super::progress::Tally;
use super::queue::{ItemQueue, Signal};
use super::setup::Setup;
use crate::context::Canceller;
use crate::size_gauge::SizeGauge;
use crate::sync::{Mutex, lock};

pub struct RunState<T, R, P: Policy<R>> {
    pub(crate) queue: ItemQueue<T>,
    pub(crate) outputs: Outputs<P::Kept>,
    /// The number of finished items, for `progress`.
    pub(crate) tally: Tally,
    /// Decides whether a result stops a stream.
    pub(crate) fails: Option<IsFailure<P::Kept>>,
    /// Counts the live workers.
    pub(crate) workers: SizeGauge,
    /// The number of workers started so far.
    started: AtomicUsize,
    /// Cancels the running calls.
    canceller: Canceller,
    failure: Mutex<Option<P::Failure>>,
}

impl<T, R, P: Policy<R>> RunState<T, R, P> {
    /// Returns the number of a new worker.
    pub(crate) fn next_number(&self) -> usize {
        self.started.fetch_add(1, Relaxed)
    }

    #[inline]
    pub(crate) fn is_stopped(&self) -> bool {
        self.queue.signal() == Signal::Stop
    }

    /// Ends the run: no more items are claimed, and running calls are cancelled.
    pub(crate) fn stop(&self) {
        let unclaimed = self.queue.stop();
        if let Outputs::Stream(outputs) = &self.outputs {
            outputs.owner.wake();
        }
        self.canceller.cancel();
        // Last, because it may panic, and the other calls have been cancelled by then.
        drop(unclaimed);
    }

    /// Ends the run on behalf of a worker that its runtime has dropped.
    #[cold]
    pub(crate) fn lose(&self) {
        self.canceller.cancel_with("the runtime of a pool's workers was shut down");
        self.stop();
    }

    /// Keeps the first failure and ends the run.
    #[cold]
    pub(crate) fn fail(&self, failure: P::Failure) {
        let later = {
            let mut first = lock(&self.failure);
            if first.is_none() { first.replace(failure) } else { Some(failure) }
        };
        drop(later);
        self.stop();
    }

    pub(crate) fn take_failure(&self) -> Option<P::Failure> {
        lock(&self.failure).take()
    }

    /// Returns the outputs of a streaming run.
    pub(crate) fn stream(&self) -> &StreamOutputs<P::Kept> {
        match &self.outputs {
            Outputs::Stream(outputs) => outputs,
            _ => unreachable!("not a streaming run"),
        }
    }
}

/// Stops the run when dropped; its workers would wait for items otherwise.
pub(crate) struct StopOnDrop<T, R, P: Policy<R>>(pub(crate) Arc<RunState<T, R, P>>);

impl<T, R, P: Policy<R>> StopOnDrop<T, R, P> {
    pub(crate) fn new(
        setup: &Setup,
        queue: ItemQueue<T>,
        outputs: Outputs<P::Kept>,
        total: Option<usize>,
        fails: Option<IsFailure<P::Kept>>,
        canceller: Canceller,
    ) -> Self {
        let gauges = setup.gauges();
        Self(Arc::new(RunState {
            queue: queue.measured(gauges.queue),
            outputs,
            tally: Tally::new(total),
            fails,
            workers: gauges.workers,
            started: AtomicUsize::new(0),
            canceller,
            failure: Mutex::new(None),
        }))
    }
}

impl<T, R, P: Policy<R>> Drop for StopOnDrop<T, R, P> {
    fn drop(&mut self) {
        self.0.stop();
    }
}
