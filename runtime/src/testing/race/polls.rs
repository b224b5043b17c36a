//! How long a run may go on: so many polls, and no longer than somebody with a clock lets it.

use std::sync::Arc;
use std::task::Waker;

use crate::testing::task::Task;

/// The polls of a run.
pub(super) struct Polls {
    max: u32,
    pub(super) count: u32,
    /// What is being polled.
    pub(super) polling: Option<Arc<Task>>,
    over: Option<Over>,
    /// Of who waits for the run.
    waker: Option<Waker>,
}

/// Why a run goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// It was polled to the limit.
    Polls,
    /// Its time is up.
    Time,
}

impl Polls {
    pub(super) fn new(max: u32) -> Self {
        Self { max, count: 0, polling: None, over: None, waker: None }
    }

    /// One more poll, if the run may go on.
    pub(super) fn begin(&mut self) -> Result<(), Option<Waker>> {
        self.count = self.count.saturating_add(1);
        if self.over.is_none() && self.count <= self.max {
            return Ok(());
        }
        Err(self.end(Over::Polls))
    }

    /// The run goes no further. Whoever waits for it is to be woken.
    pub(super) fn end(&mut self, why: Over) -> Option<Waker> {
        self.over.get_or_insert(why);
        self.waker.take()
    }

    /// Whether it has been ended, and why. Wakes when it has.
    pub(super) fn is_over(&mut self, waker: &Waker) -> Option<Over> {
        if self.over.is_none() && !self.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            self.waker = Some(waker.clone());
        }
        self.over
    }
}
