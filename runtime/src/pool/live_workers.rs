//! The live workers of a run, for the registry.

#[cfg(all(test, not(taskward_loom)))]
mod tests;

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};

use tokio::runtime::Handle;

use super::setup::Setup;
use crate::registry::{Owner, Registration, TaskInfo};

/// Registered while one of the workers is alive.
pub(crate) struct LiveWorkers {
    alive: AtomicUsize,
    setup: Setup,
    _registration: Registration,
}

impl LiveWorkers {
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub(crate) fn new(setup: Setup) -> Arc<Self> {
        assert!(Handle::try_current().is_ok(), "the worker pool of {} runs outside of a Tokio runtime", setup.place);
        Arc::new_cyclic(|live: &Weak<Self>| Self {
            alive: AtomicUsize::new(0),
            setup,
            _registration: Registration::new(live.clone()),
        })
    }
}

impl Owner for LiveWorkers {
    fn list(&self, tasks: &mut Vec<TaskInfo>) {
        tasks.extend(std::iter::repeat_n(self.setup.info(), self.alive.load(Relaxed)));
    }

    fn is_alive(&self) -> bool {
        self.alive.load(Relaxed) > 0
    }
}

/// Marks a worker as alive.
pub(crate) struct LiveGuard(Arc<LiveWorkers>);

impl LiveGuard {
    pub(crate) fn new(live: &Arc<LiveWorkers>) -> Self {
        live.alive.fetch_add(1, Relaxed);
        Self(live.clone())
    }
}

impl Drop for LiveGuard {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Relaxed);
    }
}
