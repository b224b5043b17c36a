//! A future tracked as a task of a test.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::budget::{self, Spent};
use super::seen;
use super::session::{self, Mode, Session};
use crate::registry::TaskInfo;
use crate::sync::{Mutex, lock};
use crate::waits::asked::Asked;
use crate::waits::place;

/// A task of a test.
pub(crate) struct Task {
    /// The index in order of spawning. The body is 0.
    pub(crate) number: u32,
    pub(crate) info: TaskInfo,
    /// The last `.await` in the test's own code that the task has reached.
    awaits: Mutex<Option<&'static Location<'static>>>,
    pub(super) role: Role,
    pub(super) seen: Asked,
}

/// The kind of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Future,
    /// A closure on its own thread.
    Blocking,
}

impl Task {
    pub(super) fn new(number: u32, info: TaskInfo, role: Role) -> Self {
        Self { number, info, awaits: Mutex::new(None), role, seen: Asked::default() }
    }

    pub(crate) const fn is_body(&self) -> bool {
        self.number == 0
    }

    pub(crate) fn awaits(&self) -> Option<&'static Location<'static>> {
        *lock(&self.awaits)
    }

    pub(super) fn comes_to(&self, place: &'static Location<'static>) {
        *lock(&self.awaits) = Some(place);
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.number, self.info.name()) {
            (0, _) => f.write_str("the body"),
            (number, Some(name)) => write!(f, "task {number} `{name}`"),
            (number, None) => write!(f, "task {number}"),
        }
    }
}

/// The extent of a task's next poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// No poll: the task goes to the back of the queue.
    Delayed,
    /// A normal poll, whose operations are counted.
    Counted,
    /// A poll of at most this many operations.
    Limited(u8),
    /// No poll, now or later.
    Over,
}

/// Decides the extent of each poll.
pub(crate) trait Director: Send + Sync {
    fn turn(&self, session: &Session, task: &Arc<Task>) -> Turn;

    /// Called after the poll, unless it panicked.
    fn polled(&self, task: &Task, spent: Spent);

    fn panicked(&self, task: &Task);

    /// Returns whether this poll must find out where the task begins to wait.
    fn looks(&self, turn: Turn) -> bool;
}

pin_project! {
    /// A future tracked as a task while it lives, if it was created in a test.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Tracked<F> {
        // `None` once dropped.
        #[pin]
        future: Option<F>,
        registered: Option<Registered>,
    }

    impl<F> PinnedDrop for Tracked<F> {
        // The drop of the future is still attributed to the task.
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(registered) = this.registered {
                registered.run(|| this.future.set(None));
            }
        }
    }
}

/// The registration of a task. Dropping it removes the task.
pub(super) struct Registered {
    session: Arc<Session>,
    task: Arc<Task>,
    key: usize,
}

impl<F> Tracked<F> {
    /// Wraps a future outside of any test.
    pub(crate) fn untracked(future: F) -> Self {
        Self { future: Some(future), registered: None }
    }

    pub(super) fn new(session: Arc<Session>, future: F, info: TaskInfo) -> Self {
        #[cfg(tokio_unstable)]
        super::hooks::is_known();
        Self { future: Some(future), registered: Some(Registered::take(session, info, Role::Future)) }
    }
}

impl<F: Future> Future for Tracked<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future.as_pin_mut().expect("the future is dropped with the task");
        match this.registered {
            None => future.poll(cx),
            Some(registered) => registered.poll(future, cx),
        }
    }
}

impl Registered {
    pub(super) fn take(session: Arc<Session>, info: TaskInfo, role: Role) -> Self {
        let (key, task) = session.add(info, role);
        Self { session, task, key }
    }

    fn poll<F: Future>(&self, future: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let director = match &self.session.mode {
            Mode::Observed(events) => return self.run(|| seen::poll(events, &self.task, future, cx)),
            Mode::Directed(director) => director,
        };
        let turn = director.turn(&self.session, &self.task);
        if turn == Turn::Delayed {
            cx.waker().wake_by_ref();
        }
        if matches!(turn, Turn::Delayed | Turn::Over) {
            return Poll::Pending;
        }
        let poll = |cx: &mut Context<'_>| {
            if !director.looks(turn) {
                return future.poll(cx);
            }
            let (polled, stacks) = place::poll_and_look(future, cx);
            self.task.seen.saw(stacks);
            polled
        };
        let (polled, spent) = self.run(|| match turn {
            Turn::Limited(operations) => budget::limited(operations, cx, poll),
            _ => budget::counted(cx, poll),
        });
        director.polled(&self.task, spent);
        polled
    }

    /// Runs code of the task on this thread, and records a panic.
    pub(super) fn run<R>(&self, code: impl FnOnce() -> R) -> R {
        let _inside = session::inside(&self.session, &self.task);
        catch_unwind(AssertUnwindSafe(code)).unwrap_or_else(|payload| {
            self.session.panics().ended_task(&self.task, &*payload);
            if let Some(director) = self.session.director() {
                director.panicked(&self.task);
            }
            resume_unwind(payload)
        })
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.session.remove(self.key);
    }
}
