//! The limits of a run: a number of polls, and a time.

use std::sync::Arc;
use std::task::Waker;

use crate::testing::task::Task;

/// The polls of a run.
pub(super) struct Polls {
    max: u32,
    pub(super) count: u32,
    /// The task being polled.
    pub(super) polling: Option<Arc<Task>>,
    over: Option<Over>,
    /// The waker of the task that waits for the run.
    waker: Option<Waker>,
}

/// The reason for which a run stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// The maximum number of polls was reached.
    Polls,
    /// The time is up.
    Time,
}

impl Polls {
    pub(super) fn new(max: u32) -> Self {
        Self { max, count: 0, polling: None, over: None, waker: None }
    }

    /// Counts a poll, if the run may go on.
    pub(super) fn begin(&mut self) -> Result<(), Option<Waker>> {
        self.count = self.count.saturating_add(1);
        if self.over.is_none() && self.count <= self.max {
            return Ok(());
        }
        Err(self.end(Over::Polls))
    }

    /// Stops the run. Returns the waker to be woken.
    pub(super) fn end(&mut self, why: Over) -> Option<Waker> {
        self.over.get_or_insert(why);
        self.waker.take()
    }

    /// Returns whether and why the run was stopped. Otherwise wakes `waker` when it is.
    pub(super) fn is_over(&mut self, waker: &Waker) -> Option<Over> {
        if self.over.is_none() && !self.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            self.waker = Some(waker.clone());
        }
        self.over
    }
}
