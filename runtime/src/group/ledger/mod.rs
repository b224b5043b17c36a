//! The state of a group: the running tasks, the queue and the results. Plain data under the group's
//! lock.

use crate::pool::PoolOutput;

mod memory;
mod outcomes;
mod queue;
mod running;

pub(super) use self::outcomes::{Exception, Next, Outcomes, Verdict, result};
pub(super) use self::queue::{Place, Queue, Queued};
pub(super) use self::running::{Running, RunningTasks};

pub(super) struct Ledger<R: PoolOutput> {
    pub(super) limit: usize,
    /// The number of tasks that were started or queued so far; the index of the next one.
    pub(super) spawned: usize,
    /// The Tokio tasks of the group, the places reserved for others, and whoever drops a queue.
    pub(super) seats: usize,
    /// Seats whose task has not been spawned yet.
    pub(super) reserved: usize,
    pub(super) running: RunningTasks,
    pub(super) queue: Queue<R>,
    pub(super) policy: Policy,
    /// A task has ended the group.
    pub(super) ended: bool,
    pub(super) outcomes: Outcomes<R>,
    pub(super) awaited: Awaited,
}

/// What the failure, the panic or the success of a task means for the others.
#[derive(Clone, Copy, Default)]
pub(super) struct Policy {
    /// A failure stops nobody.
    pub(super) keep_going: bool,
    /// A panic stops nobody.
    pub(super) isolate_panics: bool,
    /// The first success stops the others.
    pub(super) race: bool,
}

/// The changes that somebody waits for. Whoever makes such a change takes the flag and notifies.
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
            seats: 0,
            reserved: 0,
            running: RunningTasks::default(),
            queue: Queue::default(),
            policy: Policy::default(),
            ended: false,
            outcomes: Outcomes::new(),
            awaited: Awaited::default(),
        }
    }

    /// Whether a task may start now. Queued tasks come first: they start when others finish or the
    /// limit is raised.
    pub(super) fn has_room(&self) -> bool {
        self.queue.is_empty() && self.seats < self.limit
    }

    /// Whether every task has stopped.
    pub(super) fn is_idle(&self) -> bool {
        self.seats == self.reserved && self.queue.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.running.len() + self.queue.len()
    }

    pub(super) fn next_index(&mut self) -> usize {
        self.spawned += 1;
        self.spawned - 1
    }

    /// Whether a change that somebody waits for has happened. Then they are to be notified.
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
