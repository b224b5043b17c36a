//! The locks that the running code holds: an initializer may ask for other values, whose
//! initializers ask for more.
//!
//! Blind spots: a task or thread that an initializer spawns begins a chain of its own, and a future
//! that others poll, too, counts for the chain in which it began to wait.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use scoped_tls::scoped_thread_local;

use super::place::Place;

scoped_thread_local! {
    /// The innermost lock whose initializer runs on this thread.
    static CHAIN: Arc<Link>
}

/// A lock that is held, and the one that was held when it was taken.
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

    /// Its lock goes on to others. A wait that was carried out of the initializer no longer keeps
    /// it waiting.
    pub(super) fn end(&self) {
        self.has_ended.store(true, SeqCst);
    }

    /// From here outwards, as far as they are held.
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

    /// The lock around this one, held or not.
    pub(super) const fn outer(&self) -> Option<&Arc<Self>> {
        self.outer.as_ref()
    }

    /// The places of the chain after it took `lock`, outermost first.
    pub(super) fn places_after(&self, lock: usize) -> Vec<Place> {
        let mut places: Vec<_> = self.chain().take_while(|link| link.lock != lock).map(|link| link.place).collect();
        places.reverse();
        places
    }
}

/// The chain that this thread is working in.
pub(super) fn current() -> Option<Arc<Link>> {
    CHAIN.is_set().then(|| CHAIN.with(Arc::clone))
}

pub(super) fn within<R>(link: &Arc<Link>, work: impl FnOnce() -> R) -> R {
    CHAIN.set(link, work)
}

/// The chain that a thread is working in, for work that goes on in another task.
pub(crate) struct Chain(Arc<Link>);

impl Chain {
    pub(crate) fn current() -> Option<Self> {
        current().map(Self)
    }

    /// Runs `work` as a part of the chain.
    pub(crate) fn within<R>(&self, work: impl FnOnce() -> R) -> R {
        within(&self.0, work)
    }
}
