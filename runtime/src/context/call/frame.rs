//! The annotated call being polled on this thread.

use std::cell::Cell;
use std::ptr;
use std::task::Waker;

use tokio::task::{self, try_id};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No call is being polled.
    None,
    /// A call that has a context.
    Context,
    /// A call that has a time limit and no context of its own.
    Limit,
    /// As `Limit`, and the context of the enclosing calls belongs to another task.
    LoneLimit,
}

#[derive(Clone, Copy)]
struct State {
    kind: Kind,
    /// The number of the first hold announced to this frame in this poll, or 0. See
    /// [`held`](crate::context::protect::held).
    first_held: u64,
    /// The data pointer of the waker that polls the innermost call with a context.
    waker: *const (),
    /// The task that polls the frame. A task polled by another executor inside a call is not part
    /// of that call.
    task: Option<task::Id>,
}

/// The innermost frame of a thread. Separate cells, because copying the whole struct would read it
/// in other widths than it was written in, which stalls the processor.
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

/// Makes a call the innermost one until dropped.
pub(crate) struct Frame {
    outer: State,
}

impl Frame {
    /// Enters a call with a context, polled with `waker`.
    #[inline]
    pub(crate) fn enter(waker: &Waker) -> Self {
        let outer = State::get();
        let (data, task) = identify(&outer, waker);
        State { kind: Kind::Context, first_held: 0, waker: data, task }.set();
        Self { outer }
    }

    /// Enters a call with a limit and no context, polled with `waker`.
    #[inline]
    pub(crate) fn enter_limit(waker: &Waker) -> Self {
        let outer = State::get();
        let (data, task) = identify(&outer, waker);
        let is_alone = outer.kind == Kind::LoneLimit || outer.kind != Kind::None && outer.task != task;
        let kind = if is_alone { Kind::LoneLimit } else { Kind::Limit };
        // Inner calls compare their waker with that of the enclosing call, which has the context.
        let waker = if outer.kind == Kind::None { data } else { outer.waker };
        State { kind, first_held: 0, waker, task }.set();
        Self { outer }
    }

    /// Enters code that runs as part of a call with a context without being polled.
    pub(crate) fn enter_here() -> Self {
        let outer = State::get();
        State { kind: Kind::Context, first_held: 0, waker: ptr::null(), task: try_id() }.set();
        Self { outer }
    }

    /// Returns whether the enclosing frame has a limit and no context, in the same task.
    #[inline]
    pub(crate) fn is_in_limit(&self) -> bool {
        matches!(self.outer.kind, Kind::Limit | Kind::LoneLimit)
            && self.outer.task == INNERMOST.with(|now| now.task.get())
    }

    /// Leaves a call whose body is pending. Calls `keep` with the number of the first hold
    /// announced to the call, and with whether the call is the outermost one.
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

    /// Leaves a call whose body is pending, without passing its holds on to the enclosing frames.
    /// Calls `forget` with the number of the first hold announced to the call.
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

/// Returns the waker and the task that poll a frame. Asking Tokio for the task is the expensive
/// part, so it is skipped if the waker is that of the enclosing frame.
#[inline]
fn identify(outer: &State, waker: &Waker) -> (*const (), Option<task::Id>) {
    let data = waker.data();
    let is_same = ptr::eq(data, outer.waker) && !data.is_null();
    (data, if is_same { outer.task } else { try_id() })
}

/// Returns the kind of the innermost frame, if the current task is the one that polls it.
pub(crate) fn kind() -> Kind {
    let state = State::get();
    if state.kind == Kind::None || state.task != try_id() { Kind::None } else { state.kind }
}

/// Returns whether `waker` polls the innermost call with a context. A waker without data
/// identifies no task.
#[inline]
pub(crate) fn is_polled_with(waker: &Waker) -> bool {
    let known = INNERMOST.with(|now| now.waker.get());
    !known.is_null() && ptr::eq(known, waker.data())
}

/// Records the number that `announce` returns in the innermost frame, if there is one in this
/// task.
pub(crate) fn note(announce: impl FnOnce() -> u64) {
    if kind() != Kind::None {
        let number = announce();
        let mut state = State::get();
        state.note(number);
        state.set();
    }
}
