//! The runs being polled on this thread. A call that would join one of them would wait for itself.

use std::cell::RefCell;

use super::scratch::RunId;

thread_local! {
    /// Innermost last.
    static ACTIVE: RefCell<Vec<RunId>> = const { RefCell::new(Vec::new()) };
}

/// Lists the run as being polled on this thread, until dropped.
pub(super) struct ActiveRun;

impl ActiveRun {
    #[inline]
    pub(super) fn enter(run: RunId) -> Self {
        ACTIVE.with_borrow_mut(|active| active.push(run));
        Self
    }
}

impl Drop for ActiveRun {
    #[inline]
    fn drop(&mut self) {
        ACTIVE.with_borrow_mut(Vec::pop);
    }
}

/// Returns whether the caller is part of the run.
pub(super) fn contains(run: RunId) -> bool {
    ACTIVE.with_borrow(|active| active.contains(&run))
}
