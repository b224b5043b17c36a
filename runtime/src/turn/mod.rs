//! A fair turn: one holder at a time, in the order of asking, for tasks and plain threads alike.
//!
//! What is done once, dialled once or flown once is done by whoever has the turn. The turn goes on to the next in line when its
//! holder is dropped: done, failed, cancelled or panicking. Who waits for a turn that, by way of others, waits for something
//! that it holds itself would wait for ever: it panics instead. See [`circle`].

mod chain;
mod circle;
mod place;

#[cfg(all(test, taskward_loom))]
mod loom_models;
#[cfg(all(test, not(taskward_loom)))]
mod tests;

use std::future::Future;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit, TryAcquireError};

use self::chain::{Driven, Link};
use self::circle::Waiting;
pub use self::place::Place;
use crate::park::park_on;

pub(crate) struct Turn {
    permit: Semaphore,
    /// Whether a task has ever asked: then a thread that waits may be waiting for a task.
    is_of_tasks: AtomicBool,
}

impl Turn {
    pub(crate) const fn new() -> Self {
        Self { permit: Semaphore::const_new(1), is_of_tasks: AtomicBool::new(false) }
    }

    /// Waits for the turn. `None` once it was [closed](Holder::close). `place` is what the turn is wanted for.
    ///
    /// Dropping the future gives up the place in line, and harms nobody behind it.
    ///
    /// # Panics
    ///
    /// If the call chain that asks holds the turn, or holds another one for which, perhaps by way of others, the holder waits.
    pub(crate) async fn take(&self, place: Place) -> Option<Holder<'_>> {
        // Before the permit is, whose own ordering publishes it to whoever finds that taken.
        self.is_of_tasks.store(true, Relaxed);
        if let Poll::Ready(permit) = self.try_permit() {
            return permit.map(|permit| Holder::new(self, permit, place));
        }
        self.wait(place).await
    }

    /// Takes the turn if nobody has it and it was not closed.
    pub(crate) fn try_take(&self, place: Place) -> Option<Holder<'_>> {
        match self.try_permit() {
            Poll::Ready(permit) => permit.map(|permit| Holder::new(self, permit, place)),
            Poll::Pending => None,
        }
    }

    /// The same on a thread that may block.
    ///
    /// Where a task may have the turn, this panics on a thread of a runtime that must not block, as Tokio's `block_on` does: the task may need just
    /// this thread. Where only threads ask for it, waiting is what a `std::sync::OnceLock` does, and is fine everywhere.
    ///
    /// # Panics
    ///
    /// As [`take`](Self::take), and see above.
    #[track_caller]
    pub(crate) fn blocking_take(&self, place: Place) -> Option<Holder<'_>> {
        if let Poll::Ready(permit) = self.try_permit() {
            return permit.map(|permit| Holder::new(self, permit, place));
        }
        match Handle::try_current() {
            Ok(runtime) if self.is_of_tasks.load(Relaxed) => runtime.block_on(self.wait(place)),
            _ => park_on(self.wait(place), || None),
        }
    }

    /// Pending while somebody has the turn.
    fn try_permit(&self) -> Poll<Option<SemaphorePermit<'_>>> {
        match self.permit.try_acquire() {
            Ok(permit) => Poll::Ready(Some(permit)),
            Err(TryAcquireError::Closed) => Poll::Ready(None),
            Err(TryAcquireError::NoPermits) => Poll::Pending,
        }
    }

    /// A circle is told by the call, and not by the future: it comes before what a runtime says of blocking.
    fn wait(&self, place: Place) -> impl Future<Output = Option<Holder<'_>>> {
        let waiting = Waiting::begin(self.id(), place);
        async move {
            let permit = self.permit.acquire().await.ok();
            drop(waiting);
            permit.map(|permit| Holder::new(self, permit, place))
        }
    }

    /// Of a turn that somebody waits for or holds, which therefore does not move.
    fn id(&self) -> usize {
        ptr::from_ref(self).addr()
    }
}

/// Has the turn, and passes it on when it is dropped.
#[must_use = "the turn goes on to the next in line when this is dropped"]
pub(crate) struct Holder<'t> {
    turn: &'t Turn,
    // Before the permit: nobody else has the turn while this one still counts as its holder.
    link: HeldLink,
    _permit: SemaphorePermit<'t>,
}

impl<'t> Holder<'t> {
    fn new(turn: &'t Turn, permit: SemaphorePermit<'t>, place: Place) -> Self {
        Self { turn, link: HeldLink(Link::new(turn.id(), place)), _permit: permit }
    }

    /// Polls `work` as what is done in this turn: a turn that it asks for is asked for by this holder.
    pub(crate) fn drive<F: Future>(&self, work: F) -> Driven<F> {
        Driven::new(self.link.0.clone(), work)
    }

    /// Runs `work` as what is done in this turn.
    pub(crate) fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        chain::within(&self.link.0, work)
    }

    /// There is nothing left to do: all who wait go away at once, and whoever asks later need not wait.
    pub(crate) fn close(self) {
        self.turn.permit.close();
    }
}

/// The end of the holder's part in any chain.
struct HeldLink(Arc<Link>);

impl Drop for HeldLink {
    fn drop(&mut self) {
        self.0.end();
    }
}
