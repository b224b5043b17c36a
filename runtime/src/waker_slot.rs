//! A slot for the waker of an owner that may be polled in a different task each time.

use std::task::Waker;

use crate::sync::{Mutex, lock};

/// Stores and wakes one waker. To miss no wake-up, register first, then check the state, then
/// return `Pending`.
pub(crate) struct WakerSlot(Mutex<Option<Waker>>);

impl WakerSlot {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Makes the next [`wake`](Self::wake) wake `waker`.
    pub(crate) fn register(&self, waker: &Waker) {
        if lock(&self.0).as_ref().is_some_and(|same| same.will_wake(waker)) {
            return;
        }
        // Cloning and dropping a waker run user code, so neither happens under the lock.
        let waker = waker.clone();
        let before = lock(&self.0).replace(waker);
        drop(before);
    }

    pub(crate) fn wake(&self) {
        let waker = lock(&self.0).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
