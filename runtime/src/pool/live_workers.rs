//! The live workers of a run, for the registry.

#[cfg(all(test, not(taskward_loom)))]
mod tests;

#[cfg(not(feature = "dump"))]
use std::iter;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};

#[cfg(feature = "dump")]
use slab::Slab;
use tokio::runtime::Handle;

use super::setup::Setup;
use crate::located::Located;
use crate::registry::{Listed, Owner, Registration, TaskInfo};
#[cfg(feature = "dump")]
use crate::sync::plain::{Mutex, lock};

/// Registered while one of the workers is alive.
pub(crate) struct LiveWorkers {
    alive: AtomicUsize,
    info: TaskInfo,
    are_threads: bool,
    #[cfg(feature = "dump")]
    located: Mutex<Slab<Located>>,
    _registration: Registration,
}

impl LiveWorkers {
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub(crate) fn new(setup: Setup, are_threads: bool) -> Arc<Self> {
        assert!(Handle::try_current().is_ok(), "the worker pool of {} runs outside of a Tokio runtime", setup.place);
        Arc::new_cyclic(|live: &Weak<Self>| Self {
            alive: AtomicUsize::new(0),
            info: setup.info(),
            are_threads,
            #[cfg(feature = "dump")]
            located: Mutex::default(),
            _registration: Registration::new(live.clone()),
        })
    }
}

impl Owner for LiveWorkers {
    fn list(&self, tasks: &mut Vec<Listed>) {
        let listed = |located| Listed { info: self.info.clone(), node: None, located, is_thread: self.are_threads };
        #[cfg(feature = "dump")]
        tasks.extend(lock(&self.located).iter().map(|(_, located)| listed(located.clone())));
        #[cfg(not(feature = "dump"))]
        tasks.extend(iter::repeat_with(|| listed(Located::default())).take(self.alive.load(Relaxed)));
    }

    fn is_alive(&self) -> bool {
        self.alive.load(Relaxed) > 0
    }
}

/// Marks a worker as alive.
pub(crate) struct LiveGuard {
    live: Arc<LiveWorkers>,
    #[cfg(feature = "dump")]
    key: usize,
}

impl LiveGuard {
    /// Also returns the handle that reports where the worker waits, if it is a future.
    pub(crate) fn new(live: &Arc<LiveWorkers>) -> (Self, Located) {
        live.alive.fetch_add(1, Relaxed);
        let located = Located::default();
        let guard = Self {
            live: live.clone(),
            #[cfg(feature = "dump")]
            key: lock(&live.located).insert(located.clone()),
        };
        (guard, located)
    }
}

impl Drop for LiveGuard {
    fn drop(&mut self) {
        self.live.alive.fetch_sub(1, Relaxed);
        #[cfg(feature = "dump")]
        {
            let located = lock(&self.live.located).try_remove(self.key);
            // Outside of the lock, because this may drop a waker.
            drop(located);
        }
    }
}
