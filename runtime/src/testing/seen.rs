//! A test's observations of its tasks: the durations of polls and, on demand, where tasks wait.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::blocked::{Blocked, Start};
use super::place::{Stacks, poll_and_look};
use super::task::Task;
use crate::sync::{Mutex, MutexGuard, lock};

/// The events of a test's tasks that nothing else reports.
pub(crate) struct Events {
    /// The maximum duration of a poll that does not count as blocking.
    patience: Option<Duration>,
    blocked: Mutex<Vec<Blocked>>,
}

impl Events {
    pub(crate) fn new(patience: Option<Duration>) -> Self {
        Self { patience, blocked: Mutex::new(Vec::new()) }
    }

    pub(crate) fn blocked(&self) -> Vec<Blocked> {
        lock(&self.blocked).clone()
    }
}

/// The observations of one task.
#[derive(Default)]
pub(crate) struct Seen {
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

impl Seen {
    /// Polls a task, and records the duration.
    pub(super) fn poll<F: Future>(
        &self,
        events: &Events,
        task: &Task,
        mut future: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let began = Start::now();
        {
            let mut state = self.state();
            if !state.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                state.waker = Some(cx.waker().clone());
            }
            state.polled_since = Some(began.at);
        }
        let is_asked = self.is_asked.swap(false, SeqCst);
        let (mut poll, mut stacks) = if is_asked {
            let (poll, stacks) = poll_and_look(future.as_mut(), cx);
            (poll, Some(stacks))
        } else {
            (future.as_mut().poll(cx), None)
        };
        // Capturing the stack may take long itself.
        if let Some(patience) = events.patience
            && !is_asked
            && let Some(time) = began.blocked_for(patience)
        {
            // The task blocked somewhere before the place where it waits now.
            if poll.is_pending() {
                let (again, seen) = poll_and_look(future, cx);
                (poll, stacks) = (again, Some(seen));
            }
            let stacks = stacks.clone().filter(|_| poll.is_pending());
            let is_body = task.is_body();
            lock(&events.blocked).push(Blocked { info: task.info.clone(), is_body, time, stacks });
        }
        let mut state = self.state();
        state.polled_since = None;
        if stacks.is_some() {
            state.stacks = stacks;
        }
        poll
    }

    /// Records where the task has begun to wait.
    pub(super) fn saw(&self, stacks: Stacks) {
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
