//! Waiting for room in a group.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};

use tokio::task::coop::poll_proceed;

use super::shared::{Entrance, Shared};
use crate::error::ContextError;
use crate::pool::TaskOutput;

/// What [`TaskGroup::spawn`](super::TaskGroup::spawn) returns: the task is in the group already; awaiting this waits until it has started.
///
/// `Ok(())` once the task has started, or `Err` with why the group ended before that. Need not be awaited where nothing limits the group.
///
/// # Cancellation safety
///
/// Dropping it does not take the task out of the queue.
pub struct Admission<R: TaskOutput> {
    shared: Option<Arc<Shared<R>>>,
    entrance: Entrance,
}

impl<R: TaskOutput> Admission<R> {
    pub(super) fn new(shared: &Arc<Shared<R>>, entrance: Entrance) -> Self {
        let shared = if let Entrance::Started = entrance { None } else { Some(shared.clone()) };
        Self { shared, entrance }
    }
}

impl<R: TaskOutput> Future for Admission<R> {
    type Output = Result<(), ContextError>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        // Who never has to wait must let others run, too.
        let budget = ready!(poll_proceed(task));
        let Self { shared, entrance } = &mut *self;
        let admitted = match shared {
            Some(shared) => {
                if let Entrance::Queued(index) = *entrance {
                    *entrance = shared.look_into_queue(index, task.waker());
                }
                match entrance {
                    Entrance::Started => Ok(()),
                    Entrance::Refused => Err(shared.why()),
                    // The end of the group empties the queue, and wakes who waits.
                    Entrance::Queued(_) => return Poll::Pending,
                }
            }
            None => Ok(()),
        };
        budget.made_progress();
        Poll::Ready(admitted)
    }
}

impl<R: TaskOutput> fmt::Debug for Admission<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Admission").field(&self.entrance).finish()
    }
}

/// The task could not be spawned; here it is back.
pub enum TrySpawnError<T> {
    /// The group is at its limit.
    Full(T),
    /// The group has ended.
    Ended(T, ContextError),
}

impl<T> TrySpawnError<T> {
    /// The task.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(task) | Self::Ended(task, _) => task,
        }
    }

    /// Whether there may be room later.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }
}

impl<T> fmt::Debug for TrySpawnError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(_) => f.write_str("Full(..)"),
            Self::Ended(_, why) => f.debug_tuple("Ended").field(why).finish(),
        }
    }
}

impl<T> fmt::Display for TrySpawnError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(_) => f.write_str("the task group is at its limit"),
            Self::Ended(_, why) => write!(f, "the task group has ended: {why}"),
        }
    }
}

impl<T> Error for TrySpawnError<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Full(_) => None,
            Self::Ended(_, why) => Some(why),
        }
    }
}
