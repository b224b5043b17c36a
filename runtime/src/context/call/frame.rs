//! The annotated call that is being polled on this thread: entering and leaving it cost a few
//! stores.

use std::cell::Cell;
use std::ptr;
use std::task::Waker;

use tokio::task::{self, try_id};

/// What a frame is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No call is being polled.
    None,
    /// A call that has a context.
    Context,
    /// A call that has a time limit and no context of its own.
    Limit,
    /// The same, and the context of the calls around it belongs to another task.
    LoneLimit,
}

/// The innermost frame.
#[derive(Clone, Copy)]
struct State {
    kind: Kind,
    /// The number of the first shield announced to this frame in this poll, or 0. See
    /// [`held`](crate::context::protect::held).
    first_held: u64,
    /// Identifies the waker that the innermost call with a context is polled with.
    waker: *const (),
    /// The task that polls the frame. Another executor inside a call polls other tasks: they are
    /// not in the call.
    task: Option<task::Id>,
}

/// The innermost frame of a thread, part by part: a copy of a whole struct would be read in other
/// pieces than it was just written in, and processors wait for that.
struct Innermost {
    kind: Cell<Kind>,
    first_held: Cell<u64>,
    waker: Cell<*const ()>,
    task: Cell<Option<task::Id>>,
}

thread_local! {
    static INNERMOST: Innermost = const {
        Innermost {
            kind: Cell::new(Kind::None),
            first_held: Cell::new(0),
            waker: Cell::new(ptr::null()),
            task: Cell::new(None),
        }
    };
}

impl State {
    #[inline]
    fn get() -> Self {
        INNERMOST.with(|now| Self {
            kind: now.kind.get(),
            first_held: now.first_held.get(),
            waker: now.waker.get(),
            task: now.task.get(),
        })
    }

    #[inline]
    fn set(self) {
        INNERMOST.with(|now| {
            now.kind.set(self.kind);
            now.first_held.set(self.first_held);
            now.waker.set(self.waker);
            now.task.set(self.task);
        });
    }
}

/// Makes a call the innermost one, until it is dropped.
pub(crate) struct Frame {
    outer: State,
}

impl Frame {
    /// A call with a context, polled with `waker`.
    #[inline]
    pub(crate) fn enter(waker: &Waker) -> Self {
        let outer = State::get();
        let (data, task) = identify(&outer, waker);
        State { kind: Kind::Context, first_held: 0, waker: data, task }.set();
        Self { outer }
    }

    /// A call with a limit and without a context, polled with `waker`.
    #[inline]
    pub(crate) fn enter_limit(waker: &Waker) -> Self {
        let outer = State::get();
        let (data, task) = identify(&outer, waker);
        let is_alone = outer.kind == Kind::LoneLimit || outer.kind != Kind::None && outer.task != task;
        let kind = if is_alone { Kind::LoneLimit } else { Kind::Limit };
        // Whether a call inside is covered is asked of the call around this one, which has the
        // context.
        let waker = if outer.kind == Kind::None { data } else { outer.waker };
        State { kind, first_held: 0, waker, task }.set();
        Self { outer }
    }

    /// Code that runs on this thread as a part of a call with a context, without being polled.
    pub(crate) fn enter_here() -> Self {
        let outer = State::get();
        State { kind: Kind::Context, first_held: 0, waker: ptr::null(), task: try_id() }.set();
        Self { outer }
    }

    /// Whether the frame around this one is, in this task, one that has a limit and no context.
    #[inline]
    pub(crate) fn is_in_limit(&self) -> bool {
        matches!(self.outer.kind, Kind::Limit | Kind::LoneLimit)
            && self.outer.task == INNERMOST.with(|now| now.task.get())
    }

    /// Leaves a call whose body is pending. What was announced to it is handed to `keep`, as the
    /// number of the first one, and whether no frame around it needs it.
    #[inline]
    pub(crate) fn suspend(self, keep: impl FnOnce(u64, bool)) {
        let first = INNERMOST.with(|now| now.first_held.get());
        if first != 0 {
            self.hand_on(first, keep);
        }
    }

    #[cold]
    fn hand_on(mut self, first: u64, keep: impl FnOnce(u64, bool)) {
        let is_outermost = self.outer.kind == Kind::None;
        keep(first, is_outermost);
        if !is_outermost {
            self.outer.note(first);
        }
    }

    /// Leaves a call whose body is pending, and keeps from the frames around it what was announced
    /// to it: hands it to `forget`, as the number of the first one.
    pub(crate) fn suspend_silently(self, forget: impl FnOnce(u64)) {
        let first = INNERMOST.with(|now| now.first_held.get());
        drop(self);
        if first != 0 {
            forget(first);
        }
    }
}

impl Drop for Frame {
    #[inline]
    fn drop(&mut self) {
        self.outer.set();
    }
}

impl State {
    fn note(&mut self, number: u64) {
        self.first_held = if self.first_held == 0 { number } else { self.first_held.min(number) };
    }
}

/// The waker and the task that poll a frame. Asking Tokio for the task costs more than all the
/// rest, so it is done only where the waker is not that of the frame around.
#[inline]
fn identify(outer: &State, waker: &Waker) -> (*const (), Option<task::Id>) {
    let data = waker.data();
    let is_same = ptr::eq(data, outer.waker) && !data.is_null();
    (data, if is_same { outer.task } else { try_id() })
}

/// The kind of the innermost frame, if the caller is a part of it.
pub(crate) fn kind() -> Kind {
    let state = State::get();
    if state.kind == Kind::None || state.task != try_id() { Kind::None } else { state.kind }
}

/// Whether the innermost call with a context is polled with this waker. One without data may be
/// anybody's.
#[inline]
pub(crate) fn is_polled_with(waker: &Waker) -> bool {
    let known = INNERMOST.with(|now| now.waker.get());
    !known.is_null() && ptr::eq(known, waker.data())
}

/// Notes in the innermost frame what `announce` returns the number of, if the caller is a part of
/// it.
pub(crate) fn note(announce: impl FnOnce() -> u64) {
    if kind() != Kind::None {
        let number = announce();
        let mut state = State::get();
        state.note(number);
        state.set();
    }
}
