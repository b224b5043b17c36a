//! The lock.

use std::future::Future;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit, TryAcquireError};

use super::chain::{self, Link};
use super::place::Place;
use super::wait_graph::RegisteredWait;
use crate::park::park_on;

pub(crate) struct InitLock {
    permit: Semaphore,
    /// Set once a task has requested the lock: a blocked thread may then be waiting for a task.
    is_of_tasks: AtomicBool,
}

impl InitLock {
    pub(crate) const fn new() -> Self {
        Self { permit: Semaphore::const_new(1), is_of_tasks: AtomicBool::new(false) }
    }

    /// Waits for the lock. Returns `None` once it is [closed](InitGuard::close). `place` describes
    /// the value for which the lock is needed.
    ///
    /// Dropping the future leaves the queue.
    ///
    /// # Panics
    ///
    /// If the chain of this call holds the lock, or holds another lock for which the holder waits,
    /// directly or through others.
    pub(crate) async fn lock(&self, place: Place) -> Option<InitGuard<'_>> {
        // Set before the permit is taken, whose ordering publishes it to those that find the
        // permit taken.
        self.is_of_tasks.store(true, Relaxed);
        if let Poll::Ready(permit) = self.try_permit() {
            return permit.map(|permit| InitGuard::new(self, permit, place));
        }
        self.wait(place).await
    }

    /// Takes the lock if it is free and not closed.
    pub(crate) fn try_lock(&self, place: Place) -> Option<InitGuard<'_>> {
        match self.try_permit() {
            Poll::Ready(permit) => permit.map(|permit| InitGuard::new(self, permit, place)),
            Poll::Pending => None,
        }
    }

    /// Waits for the lock on a thread that may block.
    ///
    /// # Panics
    ///
    /// As [`lock`](Self::lock) does. If a task may hold the lock, also on a thread of a runtime
    /// that must not block, as Tokio's `block_on` does: the task may need this thread.
    #[track_caller]
    pub(crate) fn blocking_lock(&self, place: Place) -> Option<InitGuard<'_>> {
        if let Poll::Ready(permit) = self.try_permit() {
            return permit.map(|permit| InitGuard::new(self, permit, place));
        }
        match Handle::try_current() {
            Ok(runtime) if self.is_of_tasks.load(Relaxed) => runtime.block_on(self.wait(place)),
            _ => park_on(self.wait(place), || None),
        }
    }

    /// Returns `Pending` while the lock is held.
    fn try_permit(&self) -> Poll<Option<SemaphorePermit<'_>>> {
        match self.permit.try_acquire() {
            Ok(permit) => Poll::Ready(Some(permit)),
            Err(TryAcquireError::Closed) => Poll::Ready(None),
            Err(TryAcquireError::NoPermits) => Poll::Pending,
        }
    }

    /// Checks for a cycle in the call instead of the future, so that the panic precedes a
    /// runtime's panic about blocking.
    fn wait(&self, place: Place) -> impl Future<Output = Option<InitGuard<'_>>> {
        let waiting = RegisteredWait::begin(self.id(), place);
        async move {
            let permit = self.permit.acquire().await.ok();
            drop(waiting);
            permit.map(|permit| InitGuard::new(self, permit, place))
        }
    }

    /// Identifies a lock that is held or waited for, and therefore does not move.
    fn id(&self) -> usize {
        ptr::from_ref(self).addr()
    }
}

/// Holds an [`InitLock`].
#[must_use = "the lock goes to the next waiter when this is dropped"]
pub(crate) struct InitGuard<'t> {
    lock: &'t InitLock,
    // Dropped before the permit: no other caller gets the lock while this guard counts as its
    // holder.
    link: HeldLink,
    _permit: SemaphorePermit<'t>,
}

impl<'t> InitGuard<'t> {
    fn new(lock: &'t InitLock, permit: SemaphorePermit<'t>, place: Place) -> Self {
        Self { lock, link: HeldLink(Link::new(lock.id(), place)), _permit: permit }
    }

    /// Runs `work`, or polls it once, as the initializer. Locks that `work` waits for are recorded
    /// as waits of this holder.
    pub(crate) fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        chain::within(&self.link.0, work)
    }

    /// Closes the lock after initialization: wakes all waiters, and no later caller waits.
    pub(crate) fn close(self) {
        self.lock.permit.close();
    }
}

/// Marks the lock as released in the chain.
struct HeldLink(Arc<Link>);

impl Drop for HeldLink {
    fn drop(&mut self) {
        self.0.end();
    }
}
