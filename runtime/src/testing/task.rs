//! A future that is known as a task of a test.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::budget::{self, Spent};
use super::place;
use super::seen::Seen;
use super::session::{self, Session};
use crate::registry::TaskInfo;
use crate::sync::{Mutex, lock};

/// A task of a test.
pub(crate) struct Task {
    /// In the order of spawns. The body is 0.
    pub(crate) number: u32,
    pub(crate) info: TaskInfo,
    /// The last `.await` in the test's own code that it has come to.
    awaits: Mutex<Option<&'static Location<'static>>>,
    pub(super) role: Role,
    pub(super) seen: Seen,
}

/// The kind of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Future,
    /// A closure on a thread of its own.
    Blocking,
}

impl Task {
    pub(super) fn new(number: u32, info: TaskInfo, role: Role) -> Self {
        Self { number, info, awaits: Mutex::new(None), role, seen: Seen::default() }
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

/// How the next poll of a task goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Not at all: the task goes to the back of the queue.
    Delayed,
    /// As always, and its operations are counted.
    Counted,
    /// This many of its operations are let through.
    Limited(u8),
    /// Not at all, and never again.
    Over,
}

/// Decides how far each poll goes.
pub(crate) trait Director: Send + Sync {
    fn turn(&self, session: &Session, task: &Arc<Task>) -> Turn;

    /// The poll is over; not called if it panicked.
    fn polled(&self, task: &Task, spent: Spent);

    fn panicked(&self, task: &Task);

    /// Whether this poll is to find out where the task comes to wait.
    fn looks(&self, turn: Turn) -> bool;
}

pin_project! {
    /// A future that is known as a task for as long as it lives, if it was made in a test.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Tracked<F> {
        // `None` once it has been dropped.
        #[pin]
        future: Option<F>,
        seat: Option<Seat>,
    }

    impl<F> PinnedDrop for Tracked<F> {
        // What the future's drop does is done by a task that is alive.
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(seat) = this.seat {
                seat.run(|| this.future.set(None));
            }
        }
    }
}

/// Dropping it strikes the task off.
pub(super) struct Seat {
    session: Arc<Session>,
    task: Arc<Task>,
    key: usize,
}

impl<F> Tracked<F> {
    /// Of no test.
    pub(crate) fn untracked(future: F) -> Self {
        Self { future: Some(future), seat: None }
    }

    pub(super) fn new(session: Arc<Session>, future: F, info: TaskInfo) -> Self {
        #[cfg(tokio_unstable)]
        super::hooks::is_known();
        Self { future: Some(future), seat: Some(Seat::take(session, info, Role::Future)) }
    }
}

impl<F: Future> Future for Tracked<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future.as_pin_mut().expect("it is only dropped with the task");
        match this.seat {
            None => future.poll(cx),
            Some(seat) => seat.poll(future, cx),
        }
    }
}

impl Seat {
    pub(super) fn take(session: Arc<Session>, info: TaskInfo, role: Role) -> Self {
        let (key, task) = session.add(info, role);
        Self { session, task, key }
    }

    fn poll<F: Future>(&self, future: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Some(director) = self.session.director() else {
            return self.run(|| match self.session.events() {
                Some(events) => self.task.seen.poll(events, &self.task, future, cx),
                None => future.poll(cx),
            });
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

    /// Runs code of the task on this thread, and notes that it panics.
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

impl Drop for Seat {
    fn drop(&mut self) {
        self.session.remove(self.key);
    }
}
