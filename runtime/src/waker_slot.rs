//! A slot for the waker of an owner that may be polled in another task each time.

use std::task::Waker;

use crate::sync::{Mutex, lock};

/// Wakes the registered waker. To miss no wake-up, register first, look at the state second, and
/// return pending third.
pub(crate) struct WakerSlot(Mutex<Option<Waker>>);

impl WakerSlot {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The next [`wake`](Self::wake) wakes `waker`.
    pub(crate) fn register(&self, waker: &Waker) {
        if lock(&self.0).as_ref().is_some_and(|same| same.will_wake(waker)) {
            return;
        }
        // A waker's `clone` and `drop` are the user's code: not under the lock.
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
