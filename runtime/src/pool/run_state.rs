//! The state shared by the workers of one run.

use std::sync::Arc;

use super::output::IsFailure;
use super::outputs::{Outputs, StreamOutputs};
use super::progress::Tally;
use super::queue::{ItemQueue, Signal};
use super::reorder::Batch;
use super::setup::Gauges;
use crate::context::Canceller;
use crate::size_gauge::SizeGauge;
use crate::sync::{Mutex, lock};

pub(crate) struct RunState<T, K, F> {
    pub(crate) queue: ItemQueue<T>,
    pub(crate) outputs: Outputs<K>,
    /// The number of finished items, for `progress`.
    pub(crate) tally: Tally,
    /// Decides whether a result stops a stream.
    pub(crate) fails: Option<IsFailure<K>>,
    /// Blocking workers leave their threads while there is nothing to do.
    pub(crate) threads_leave: bool,
    /// Counts the live workers.
    pub(crate) workers: SizeGauge,
    /// Cancels the running calls.
    canceller: Canceller,
    failure: Mutex<Option<F>>,
}

impl<T, K, F> RunState<T, K, F> {
    pub(crate) fn new(
        (queue, outputs): (ItemQueue<T>, Outputs<K>),
        total: Option<usize>,
        fails: Option<IsFailure<K>>,
        threads_leave: bool,
        canceller: Canceller,
        gauges: Gauges,
    ) -> Self {
        Self {
            queue: queue.measured(gauges.queue),
            outputs,
            tally: Tally::new(total),
            fails,
            threads_leave,
            workers: gauges.workers,
            canceller,
            failure: Mutex::new(None),
        }
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

    /// Keeps the first failure and ends the run.
    #[cold]
    pub(crate) fn fail(&self, failure: F) {
        let later = {
            let mut first = lock(&self.failure);
            if first.is_none() { first.replace(failure) } else { Some(failure) }
        };
        drop(later);
        self.stop();
    }

    pub(crate) fn take_failure(&self) -> Option<F> {
        lock(&self.failure).take()
    }

    /// Returns the outputs of a streaming run.
    pub(crate) fn stream(&self) -> &StreamOutputs<K> {
        match &self.outputs {
            Outputs::Stream(outputs) => outputs,
            _ => unreachable!("not a streaming run"),
        }
    }

    /// Delivers the output of the item with this index.
    pub(crate) fn hand_in(&self, index: usize, output: K) {
        match &self.outputs {
            Outputs::Completed(completed) => lock(completed).push(output),
            Outputs::Stream(outputs) => outputs.hand_in(index, output),
            Outputs::Batches(_) => {}
        }
    }

    /// Delivers a worker's outputs that were not delivered one by one.
    pub(crate) fn hand_in_batch(&self, batch: Batch<K>) {
        if let Outputs::Batches(batches) = &self.outputs {
            lock(batches).push(batch);
        }
    }
}

/// Stops the run when dropped; blocking workers would not stop otherwise.
pub(crate) struct StopOnDrop<T, K, F>(pub(crate) Arc<RunState<T, K, F>>);

impl<T, K, F> Drop for StopOnDrop<T, K, F> {
    fn drop(&mut self) {
        self.0.stop();
    }
}
