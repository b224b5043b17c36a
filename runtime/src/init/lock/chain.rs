//! The locks held by the running code. An initializer may need other values, whose initializers
//! need more.
//!
//! Limits: a task or thread spawned by an initializer begins a new chain, and a future that is
//! polled in several places counts for the chain in which it began to wait.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use scoped_tls::scoped_thread_local;

use super::place::Place;

scoped_thread_local! {
    /// The innermost lock whose initializer runs on this thread.
    static CHAIN: Arc<Link>
}

/// A held lock, and the lock that was held when it was taken.
pub(super) struct Link {
    lock: usize,
    place: Place,
    has_ended: AtomicBool,
    outer: Option<Arc<Link>>,
}

impl Link {
    pub(super) fn new(lock: usize, place: Place) -> Arc<Self> {
        Arc::new(Self { lock, place, has_ended: AtomicBool::new(false), outer: current() })
    }

    /// Marks the lock as released. A wait that was moved out of the initializer no longer blocks
    /// it.
    pub(super) fn end(&self) {
        self.has_ended.store(true, SeqCst);
    }

    /// Iterates over the held locks, from this one outwards.
    pub(super) fn chain(&self) -> impl Iterator<Item = &Self> {
        let held = |link: &&Self| !link.has_ended.load(SeqCst);
        iter::successors(Some(self), |link| link.outer.as_deref()).take_while(held)
    }

    pub(super) fn holds(&self, lock: usize) -> bool {
        self.chain().any(|link| link.lock == lock)
    }

    pub(super) const fn lock(&self) -> usize {
        self.lock
    }

    pub(super) const fn place(&self) -> Place {
        self.place
    }

    /// Returns the lock around this one, held or not.
    pub(super) const fn outer(&self) -> Option<&Arc<Self>> {
        self.outer.as_ref()
    }

    /// Returns the places of the chain after it took `lock`, outermost first.
    pub(super) fn places_after(&self, lock: usize) -> Vec<Place> {
        let mut places: Vec<_> = self.chain().take_while(|link| link.lock != lock).map(|link| link.place).collect();
        places.reverse();
        places
    }
}

/// Returns the chain of this thread.
pub(super) fn current() -> Option<Arc<Link>> {
    CHAIN.is_set().then(|| CHAIN.with(Arc::clone))
}

pub(super) fn within<R>(link: &Arc<Link>, work: impl FnOnce() -> R) -> R {
    CHAIN.set(link, work)
}

/// The chain of a thread, for work that continues in another task.
pub(crate) struct Chain(Arc<Link>);

impl Chain {
    pub(crate) fn current() -> Option<Self> {
        current().map(Self)
    }

    /// Calls `work` as part of the chain.
    pub(crate) fn within<R>(&self, work: impl FnOnce() -> R) -> R {
        within(&self.0, work)
    }
}
