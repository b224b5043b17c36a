//! The call that is being polled on this thread, in one number: entering it and leaving it cost a store each. See [`announce`](super::announce).

use std::cell::Cell;

use super::announce::{ANNOUNCED, Announcement};

thread_local! {
    /// The innermost call: its kind, and above it the number of the first announcement to it in this poll, or 0.
    static FRAME: Cell<u64> = const { Cell::new(Kind::NONE) };
}

/// What kind of call the innermost one is.
pub(crate) struct Kind;

impl Kind {
    /// There is none.
    const NONE: u64 = 0;
    /// One that has a context of its own.
    pub(crate) const CONTEXT: u64 = 1;
    /// One that has a time limit and no context of its own.
    pub(crate) const LIMIT: u64 = 2;

    const MASK: u64 = 3;
    const BITS: u32 = 2;
}

/// Makes a call the innermost one, until it is dropped.
pub(crate) struct Frame {
    outer: u64,
}

impl Frame {
    #[inline]
    pub(crate) fn enter(kind: u64) -> Self {
        Self { outer: FRAME.replace(kind) }
    }

    /// Whether the innermost call is one that has a limit and no context.
    #[inline]
    pub(crate) fn is_limit() -> bool {
        FRAME.get() & Kind::MASK == Kind::LIMIT
    }

    /// The same of the call around this one.
    #[inline]
    pub(crate) fn is_in_limit(&self) -> bool {
        self.outer & Kind::MASK == Kind::LIMIT
    }

    /// Leaves a call whose body is pending: what was announced to it goes to `keep` and to the call around it.
    #[inline]
    pub(crate) fn suspend(self, keep: impl FnOnce(&[Announcement])) {
        let first = FRAME.get() >> Kind::BITS;
        if first != 0 {
            self.hand_on(first, keep);
        }
    }

    #[cold]
    fn hand_on(mut self, first: u64, keep: impl FnOnce(&[Announcement])) {
        ANNOUNCED.with_borrow_mut(|announced| {
            keep(announced.since(first));
            if self.outer == Kind::NONE {
                announced.forget(first);
            } else {
                self.outer = noted(self.outer, first);
            }
        });
    }

    /// Leaves a call whose body is pending, and keeps to itself what was announced to it.
    pub(crate) fn suspend_silently(self) {
        let first = FRAME.replace(self.outer) >> Kind::BITS;
        if first != 0 {
            ANNOUNCED.with_borrow_mut(|announced| announced.forget(first));
        }
    }
}

impl Drop for Frame {
    #[inline]
    fn drop(&mut self) {
        FRAME.set(self.outer);
    }
}

/// Inside of a call, notes the announcement that `announce` makes and returns the number of.
pub(super) fn note(announce: impl FnOnce() -> u64) {
    let frame = FRAME.get();
    if frame != Kind::NONE {
        FRAME.set(noted(frame, announce()));
    }
}

/// The frame with an announcement noted.
fn noted(frame: u64, number: u64) -> u64 {
    let first = match frame >> Kind::BITS {
        0 => number,
        first => first.min(number),
    };
    frame & Kind::MASK | first << Kind::BITS
}
