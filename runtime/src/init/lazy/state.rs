//! The state of a [`Lazy`](super::Lazy).

use super::failures::Failures;
use super::slot::Slot;
use crate::init::lock::InitLock;

pub struct State<T> {
    pub(super) slot: Slot<T>,
    pub(super) lock: InitLock,
    pub(super) failures: Failures,
}

impl<T> State<T> {
    #[cfg(not(taskward_loom))]
    pub(super) const fn new() -> Self {
        Self { slot: Slot::new(), lock: InitLock::new(), failures: Failures::new() }
    }

    #[cfg(taskward_loom)]
    pub(super) fn new() -> Self {
        Self { slot: Slot::new(), lock: InitLock::new(), failures: Failures::new() }
    }
}
