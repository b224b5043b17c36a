//! A task that can be asked where it waits.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::place::Stacks;
use crate::sync::plain::{Mutex, MutexGuard, lock};

/// The time for tasks to report where they wait; many tasks get more.
const ANSWER: Duration = Duration::from_millis(50);
const ANSWER_OF_ONE: Duration = Duration::from_micros(200);

/// Returns the time limit for the answers of `tasks` tasks that were asked now.
pub(crate) fn answers_until(tasks: usize) -> Instant {
    Instant::now() + ANSWER + ANSWER_OF_ONE * u32::try_from(tasks).unwrap_or(u32::MAX)
}

/// The polls of one task. The owner of the task reports each poll.
#[derive(Default)]
pub(crate) struct Asked {
    state: Mutex<State>,
    /// The next poll must find out where the task waits.
    is_asked: AtomicBool,
}

#[derive(Default)]
struct State {
    waker: Option<Waker>,
    polled_since: Option<Instant>,
    stacks: Option<Stacks>,
}

impl Asked {
    /// Starts a poll. Returns whether the poll must find out where the task begins to wait.
    pub(crate) fn begin(&self, at: Instant, waker: &Waker) -> bool {
        let mut state = self.state();
        let mut old = None;
        if !state.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            old = state.waker.replace(waker.clone());
        }
        state.polled_since = Some(at);
        drop(state);
        drop(old);
        self.is_asked.swap(false, SeqCst)
    }

    /// Ends a poll. `stacks` are the stacks at which the task waits, if the poll captured them.
    pub(crate) fn end(&self, stacks: Option<Stacks>) {
        let mut state = self.state();
        state.polled_since = None;
        if stacks.is_some() {
            state.stacks = stacks;
        }
    }

    /// Records where the task has begun to wait.
    #[cfg(feature = "test-util")]
    pub(crate) fn saw(&self, stacks: Stacks) {
        self.state().stacks = Some(stacks);
    }

    /// Schedules a poll that finds out where the task waits. [`stacks`](Self::stacks) returns the
    /// answer afterwards.
    pub(crate) fn ask(&self) {
        let waker = {
            let mut state = self.state();
            state.stacks = None;
            state.waker.clone()
        };
        self.is_asked.store(true, SeqCst);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(crate) fn has_answered(&self) -> bool {
        self.state().stacks.is_some()
    }

    pub(crate) fn stacks(&self) -> Option<Stacks> {
        self.state().stacks.clone()
    }

    /// Returns the duration of the current poll.
    pub(crate) fn polled_for(&self) -> Option<Duration> {
        self.state().polled_since.map(|since| since.elapsed())
    }

    /// Returns whether the task has not been polled yet.
    pub(crate) fn is_new(&self) -> bool {
        self.state().waker.is_none()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}
