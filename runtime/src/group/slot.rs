//! The slot of a Tokio task in its group.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;
use std::thread;

use super::ledger::{Ledger, Queued, Running};
use super::locked::LockedLedger;
use super::shared::Shared;
use crate::context::each::{each, resume};
use crate::registry;
use crate::task_output::PoolOutput;

/// A slot in the group. Dropping it leaves the group, however the task ended.
pub(super) struct Slot<R: PoolOutput> {
    pub(super) shared: Arc<Shared<R>>,
    pub(super) is_taken: bool,
    /// The index of the current job, until its end has been reported.
    pub(super) job: Option<usize>,
}

impl<R: PoolOutput> Slot<R> {
    /// Takes a slot without a job.
    pub(super) fn take(shared: &Arc<Shared<R>>, ledger: &mut Ledger<R>) -> Self {
        ledger.slots += 1;
        Self { shared: shared.clone(), is_taken: true, job: None }
    }

    pub(super) fn begin(&mut self, ledger: &mut Ledger<R>, index: usize, running: Running) {
        ledger.running.insert(index, running);
        self.job = Some(index);
    }

    /// Reports that the job, which may have a grace, has been dropped after its end.
    #[cold]
    pub(super) fn cut(&self) {
        if self.shared.grace().is_none() {
            return;
        }
        let Some(runtime) = self.shared.runtime.get() else { return };
        let task = self.job.and_then(|index| {
            let ledger = self.shared.ledger();
            ledger.running.get(index).map(|running| running.info.clone())
        });
        if let Some(task) = task {
            registry::cut(runtime.handle.id(), task);
        }
    }

    /// Stores the waker of the job, which waits, for the end of its context. If that has come in
    /// the meantime, wakes the job and returns true.
    pub(super) fn wait(&self, waker: &Waker) -> bool {
        let Some(index) = self.job else { return false };
        let own = waker.clone();
        let mut ledger = self.shared.ledger();
        let Some(running) = ledger.running.get_mut(index) else { return false };
        let old = running.waker.replace(own);
        let is_aborted = running.is_aborted;
        drop(ledger);
        drop(old);
        let has_ended = is_aborted || self.shared.ctx.has_ended();
        if has_ended {
            waker.wake_by_ref();
        }
        has_ended
    }

    /// Leaves without a job, without checking the queue.
    pub(super) fn give_back(mut self) {
        self.is_taken = false;
        self.shared.ledger().slots -= 1;
    }
}

impl<R: PoolOutput> Drop for Slot<R> {
    fn drop(&mut self) {
        if self.is_taken {
            let mut ledger = self.shared.ledger();
            if self.job.is_some() && thread::panicking() {
                // Tokio gets the payload, and nothing reads it there.
                drop(ledger.outcomes.panicked(Box::new("a task panicked while it was dropped")));
            }
            leave(&mut self.is_taken, self.job.take(), None, &self.shared, ledger);
        }
    }
}

/// Leaves the slot. Counts a job dropped before its end as interrupted. `done` is the entry of a
/// finished job.
pub(super) fn leave<'s, R: PoolOutput>(
    is_taken: &mut bool,
    job: Option<usize>,
    done: Option<Running>,
    shared: &'s Arc<Shared<R>>,
    mut ledger: LockedLedger<'s, R>,
) {
    // No task would be left to run the queue: the group or its runtime has ended.
    while ledger.slots == 1 && !ledger.queue.is_empty() {
        drop(ledger);
        close(shared);
        ledger = shared.ledger();
    }
    if !mem::replace(is_taken, false) {
        return;
    }
    ledger.slots -= 1;
    let running = job.and_then(|index| {
        ledger.outcomes.interrupted(index);
        ledger.running.remove(index)
    });
    let is_awaited = ledger.take_change(true);
    drop(ledger);
    drop((done, running));
    shared.notify(is_awaited);
}

/// Wakes the running tasks at the end of the group, and drops its queue.
pub(super) fn end<R: PoolOutput>(shared: &Arc<Shared<R>>) {
    let wakers = shared.ledger().running.take_wakers();
    let panic = each(wakers, Waker::wake);
    close(shared);
    resume(panic);
}

/// Drops the queue, so that nothing in it starts. Later spawns are refused because the context has
/// ended.
pub(super) fn close<R: PoolOutput>(shared: &Arc<Shared<R>>) {
    let mut ledger = shared.ledger();
    let queue = ledger.queue.refuse_all();
    if queue.is_empty() {
        return;
    }
    for queued in &queue {
        ledger.outcomes.interrupted(queued.index);
    }
    // Keeps joining callers waiting until all of it has been dropped.
    let mut slot = Slot::take(shared, &mut ledger);
    let is_awaited = ledger.take_change(true);
    drop(ledger);
    shared.notify(is_awaited);
    for Queued { running, job, waker, .. } in queue {
        let dropped = catch_unwind(AssertUnwindSafe(|| drop((job, running))));
        let woken = catch_unwind(AssertUnwindSafe(|| waker.into_iter().for_each(Waker::wake)));
        for payload in [dropped, woken].into_iter().filter_map(Result::err) {
            slot.panicked(payload);
        }
    }
}
