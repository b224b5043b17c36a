//! A test's observations of its tasks: the durations of polls and, on demand, where tasks wait.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::blocked::{Blocked, Start};
use super::task::Task;
use crate::sync::{Mutex, lock};
use crate::waits::place::poll_and_look;

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

/// Polls a task, and records the duration.
pub(super) fn poll<F: Future>(
    events: &Events,
    task: &Task,
    mut future: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    let began = Start::now();
    let is_asked = task.seen.begin(began.at, cx.waker());
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
    task.seen.end(stacks);
    poll
}
