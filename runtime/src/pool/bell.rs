//! How the others of a run wake its owner, who may be in any task, and in another one each time.

use std::task::Waker;

use crate::sync::{Mutex, lock};

/// Wakes the one who listens. Listen first, look at everything that can have rung second, and wait third: then no ring is
/// lost.
pub(crate) struct Bell(Mutex<Option<Waker>>);

impl Bell {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The next ring wakes `waker`.
    pub(crate) fn listen(&self, waker: &Waker) {
        let before = {
            let mut listener = lock(&self.0);
            match &mut *listener {
                Some(same) if same.will_wake(waker) => None,
                _ => listener.replace(waker.clone()),
            }
        };
        drop(before);
    }

    pub(crate) fn ring(&self) {
        let listener = lock(&self.0).take();
        if let Some(listener) = listener {
            listener.wake();
        }
    }
}
