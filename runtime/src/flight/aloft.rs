//! The runs that are being polled on this thread, innermost last: a call that would join one of them would wait for itself.

use std::cell::RefCell;

use super::kit::Token;

thread_local! {
    static ALOFT: RefCell<Vec<Token>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, the run is polled on this thread.
pub(super) struct Aloft;

impl Aloft {
    #[inline]
    pub(super) fn enter(run: Token) -> Self {
        ALOFT.with_borrow_mut(|aloft| aloft.push(run));
        Self
    }

    /// Whether this is called from inside of the run.
    pub(super) fn contains(run: Token) -> bool {
        ALOFT.with_borrow(|aloft| aloft.contains(&run))
    }
}

impl Drop for Aloft {
    #[inline]
    fn drop(&mut self) {
        ALOFT.with_borrow_mut(Vec::pop);
    }
}
