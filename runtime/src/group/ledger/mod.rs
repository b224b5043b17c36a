//! The state of a group: the running tasks, the queue and the results. Plain data under the
//! group's lock.

use crate::task_output::PoolOutput;

mod finished;
mod memory;
mod outcomes;
mod owners;
mod queue;
mod running;

pub(super) use self::finished::{Finished, FinishedTasks, SPAWNS};
pub(super) use self::outcomes::{Next, Outcomes, Verdict, result};
pub(super) use self::queue::{Place, Queue, Queued};
pub(super) use self::running::{Running, RunningTasks};

pub(super) struct Ledger<R: PoolOutput> {
    pub(super) limit: usize,
    /// The number of tasks started or queued so far; the index of the next task.
    pub(super) spawned: usize,
    /// The number of taken slots: one for each Tokio task of the group, each reservation, and each
    /// thread that is dropping a queue.
    pub(super) slots: usize,
    /// The number of slots whose task has not been spawned yet.
    pub(super) reserved: usize,
    pub(super) running: RunningTasks,
    pub(super) queue: Queue<R>,
    pub(super) policy: Policy,
    /// A task has ended the group.
    pub(super) ended: bool,
    pub(super) outcomes: Outcomes<R>,
    pub(super) awaited: Awaited,
    /// Finished tasks are recorded without batches: the group is measured, or one thread runs its
    /// tasks, so that batches would save nothing.
    pub(super) is_each_recorded: bool,
    /// The known number of finished tasks to record together.
    pub(super) batch: usize,
    /// Taken from the finished tasks while they are recorded; otherwise empty.
    pub(super) finished: Vec<Finished<R>>,
}

/// The effects of a task's failure, panic or success on the other tasks.
#[derive(Clone, Copy, Default)]
pub(super) struct Policy {
    /// A failure stops no other task.
    pub(super) keep_going: bool,
    /// A panic stops no other task.
    pub(super) isolate_panics: bool,
    /// The first success stops the others.
    pub(super) race: bool,
}

/// The changes that callers wait for. The thread that makes such a change takes the flag and
/// notifies them.
#[derive(Clone, Copy, Default)]
pub(super) struct Awaited {
    pub(super) idle: bool,
    pub(super) outcome: bool,
    pub(super) room: bool,
}

impl<R: PoolOutput> Ledger<R> {
    pub(super) fn new() -> Self {
        Self {
            limit: usize::MAX,
            spawned: 0,
            slots: 0,
            reserved: 0,
            running: RunningTasks::default(),
            queue: Queue::default(),
            policy: Policy::default(),
            ended: false,
            outcomes: Outcomes::new(),
            awaited: Awaited::default(),
            is_each_recorded: false,
            batch: 0,
            finished: Vec::new(),
        }
    }

    /// Returns whether a task may start now. Queued tasks come first: they start when others
    /// finish or the limit is raised.
    pub(super) fn has_room(&self) -> bool {
        self.queue.is_empty() && self.slots < self.limit
    }

    /// Returns whether every task has stopped.
    pub(super) fn is_idle(&self) -> bool {
        self.slots == self.reserved && self.queue.is_empty()
    }

    /// Returns the number of finished tasks to record together, or 0 for each at once: few if a
    /// caller waits for them.
    #[inline]
    pub(super) fn batch(&self) -> usize {
        let awaited = self.awaited;
        if self.is_each_recorded || self.limit != usize::MAX || self.policy.race || awaited.outcome || awaited.room {
            return 0;
        }
        let most = if awaited.idle { self.slots - self.reserved } else { usize::MAX };
        most.min(FinishedTasks::<R>::MAX)
    }

    pub(super) fn len(&self) -> usize {
        self.running.len() + self.queue.len()
    }

    pub(super) fn next_index(&mut self) -> usize {
        self.spawned += 1;
        self.spawned - 1
    }

    /// Returns whether an awaited change has happened, in which case the caller must notify its
    /// waiters.
    #[must_use]
    pub(super) fn take_change(&mut self, has_outcome: bool) -> bool {
        let mut is_awaited = false;
        if self.awaited.outcome && (has_outcome || self.is_idle()) {
            self.awaited.outcome = false;
            is_awaited = true;
        }
        if self.awaited.idle && self.is_idle() {
            self.awaited.idle = false;
            is_awaited = true;
        }
        if self.awaited.room && self.has_room() {
            self.awaited.room = false;
            is_awaited = true;
        }
        is_awaited
    }
}
