//! The flights whose bodies are being polled on this thread, innermost last: a call that would join one of them would wait for itself.

use std::cell::RefCell;

thread_local! {
    static ALOFT: RefCell<Vec<*const ()>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, the flight is polled on this thread.
pub(super) struct Aloft;

impl Aloft {
    pub(super) fn enter(flight: *const ()) -> Self {
        ALOFT.with_borrow_mut(|aloft| aloft.push(flight));
        Self
    }

    /// Whether this is called from inside of the flight.
    pub(super) fn contains(flight: *const ()) -> bool {
        ALOFT.with_borrow(|aloft| aloft.contains(&flight))
    }
}

impl Drop for Aloft {
    fn drop(&mut self) {
        ALOFT.with_borrow_mut(Vec::pop);
    }
}
