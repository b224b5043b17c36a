//! The lock of the ledger, and the tasks recorded under it.

use std::mem;
use std::ops::{Deref, DerefMut};
use std::task::Waker;

use super::ledger::{Finished, Ledger, Running, SPAWNS};
use super::shared::Shared;
use crate::sync::{MutexGuard, lock};
use crate::task_output::PoolOutput;

/// The locked ledger. Dropping it unlocks, and then notifies the callers that wait for the end of
/// tasks that were recorded.
pub(super) struct LockedLedger<'s, R: PoolOutput> {
    shared: &'s Shared<R>,
    ledger: MutexGuard<'s, Ledger<R>>,
    // If tasks were recorded. Dropped after unlocking.
    rest: Option<Rest<'s, R>>,
}

/// The part of the work that needs no lock.
struct Rest<'s, R: PoolOutput> {
    shared: &'s Shared<R>,
    is_awaited: bool,
    /// The entries of recorded tasks.
    recorded: Vec<(Running, Option<Waker>)>,
}

impl<R: PoolOutput> Shared<R> {
    /// Locks the ledger, in which all finished tasks are recorded.
    #[inline]
    pub(super) fn ledger(&self) -> LockedLedger<'_, R> {
        let mut ledger = self.ledger_as_is();
        if ledger.batch > 0 {
            ledger.record();
        }
        ledger
    }

    /// Locks the ledger for a spawn. Some finished tasks may still count as running in a group
    /// without a limit.
    #[inline]
    pub(super) fn ledger_to_spawn(&self) -> LockedLedger<'_, R> {
        let mut ledger = self.ledger_as_is();
        if ledger.batch > 0 && ledger.spawned.is_multiple_of(SPAWNS) {
            ledger.record();
        }
        ledger
    }

    #[inline]
    fn ledger_as_is(&self) -> LockedLedger<'_, R> {
        LockedLedger { shared: self, ledger: lock(&self.ledger), rest: None }
    }

    /// Leaves a task that has succeeded to the next batch. Returns the output if the task must be
    /// recorded at once.
    #[inline]
    pub(super) fn leave_finished(
        &self,
        index: usize,
        output: R::Output,
        memory: Option<&Waker>,
    ) -> Result<(), R::Output> {
        if !self.batches() {
            return Err(output);
        }
        // Cloning a waker may run user code.
        let memory = memory.cloned();
        let mut finished = lock(&self.finished);
        if finished.batch == 0 {
            drop(finished);
            return Err(output);
        }
        finished.tasks.push(Finished { index, output, memory });
        let is_complete = finished.tasks.len() >= finished.batch;
        drop(finished);
        if is_complete {
            drop(self.ledger());
        }
        Ok(())
    }
}

impl<R: PoolOutput> LockedLedger<'_, R> {
    /// Records the finished tasks.
    #[inline(never)]
    fn record(&mut self) {
        mem::swap(&mut lock(&self.shared.finished).tasks, &mut self.ledger.finished);
        self.record_taken();
    }

    /// Records the tasks taken from the finished ones.
    fn record_taken(&mut self) {
        let ledger = &mut *self.ledger;
        if ledger.finished.is_empty() {
            return;
        }
        let shared = self.shared;
        let rest = self.rest.get_or_insert_with(|| Rest { shared, is_awaited: false, recorded: Vec::new() });
        rest.recorded.reserve(ledger.finished.len());
        ledger.slots -= ledger.finished.len();
        for Finished { index, output, memory } in ledger.finished.drain(..) {
            rest.recorded.extend(ledger.running.remove(index).map(|running| (running, memory)));
            ledger.outcomes.succeeded(index, output);
        }
        rest.is_awaited |= ledger.take_change(true);
    }

    /// Makes finishing tasks follow the ledger's [`batch`](Ledger::batch).
    #[cold]
    fn set_batch(&mut self) {
        // Recording tasks may change the batch once more.
        loop {
            let batch = self.batch();
            if batch == self.batch {
                return;
            }
            self.ledger.batch = batch;
            let mut finished = lock(&self.shared.finished);
            finished.batch = batch;
            if finished.tasks.len() >= batch {
                mem::swap(&mut finished.tasks, &mut self.ledger.finished);
            }
            drop(finished);
            self.shared.note_batches(batch > 0);
            self.record_taken();
        }
    }
}

impl<R: PoolOutput> Deref for LockedLedger<'_, R> {
    type Target = Ledger<R>;

    #[inline]
    fn deref(&self) -> &Ledger<R> {
        &self.ledger
    }
}

impl<R: PoolOutput> DerefMut for LockedLedger<'_, R> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Ledger<R> {
        &mut self.ledger
    }
}

impl<R: PoolOutput> Drop for LockedLedger<'_, R> {
    #[inline]
    fn drop(&mut self) {
        if self.batch() != self.batch {
            self.set_batch();
        }
    }
}

impl<R: PoolOutput> Drop for Rest<'_, R> {
    #[inline]
    fn drop(&mut self) {
        // First the gauges of the tasks, so that a caller that is notified sees them changed.
        self.recorded.clear();
        self.shared.notify(self.is_awaited);
    }
}
