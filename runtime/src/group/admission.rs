//! Waits until a task has started.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Waker, ready};

use tokio::task::coop::poll_proceed;

use super::ledger::Place;
use super::shared::Shared;
use super::spawner::{self, Admitted, Spawnable};
use super::task_handle::TaskHandle;
use crate::context::Context;
use crate::error::ContextError;
use crate::registry::TaskInfo;
use crate::task_output::TaskOutput;

/// The future returned by [`TaskGroup::spawn`](super::TaskGroup::spawn). The task already belongs
/// to the group; awaiting the future waits until the task has started.
///
/// Resolves to the [`TaskHandle`] once the task has left the queue. Resolves to an error if the
/// group refused the task because it had ended, or if the group ended before the task started.
/// Ready at once in a group without a [`limit`](super::TaskGroup::limit).
///
/// ```
/// use taskward::{Context, ContextError, TaskGroup};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ContextError> {
/// let group = TaskGroup::new(&Context::background()).limit(8);
/// let task = group.spawn(async |_| Some(1)).await?; // waits for room
/// assert_eq!(task.id(), 0);
/// group.cancel_with("enough");
/// let refused = group.spawn(async |_| Some(2)).await.unwrap_err();
/// assert_eq!(refused.to_string(), "cancelled: enough");
/// # Ok(())
/// # }
/// ```
///
/// # Cancellation safety
///
/// Dropping the future does not remove the task from the queue; [`TaskHandle::abort`] does.
#[must_use = "await it: this waits for room and reports whether the group refused the task"]
pub struct Admission<R: TaskOutput> {
    shared: Option<Arc<Shared<R>>>,
    entrance: Admitted,
    info: TaskInfo,
}

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> Admission<R> {
    pub(super) fn new(shared: Option<Arc<Shared<R>>>, entrance: Admitted, info: TaskInfo) -> Self {
        Self { shared, entrance, info }
    }

    #[track_caller]
    pub(super) fn spawn<F>(
        shared: &Arc<Shared<R>>,
        name: Option<Cow<'static, str>>,
        place: &'static Location<'static>,
        task: impl FnOnce(Context) -> F,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
    {
        let info = shared.task_info(name, place);
        let entrance = spawner::spawn(shared, info.clone(), task);
        Self::new(Some(shared.clone()), entrance, info)
    }

    /// Returns the task's handle before the task has started, or `None` if the group refused the
    /// task.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background()).limit(1);
    /// let admission = group.spawn(|_| async {});
    /// let handle = admission.handle().expect("the group has not ended");
    /// admission.await.unwrap();
    /// group.join().await;
    /// assert!(handle.is_finished());
    /// # }
    /// ```
    #[must_use]
    pub fn handle(&self) -> Option<TaskHandle> {
        match self.entrance {
            Admitted::Started(index) | Admitted::Queued(index) => {
                Some(TaskHandle::new(self.shared.as_ref()?, index, self.info.clone()))
            }
            Admitted::Refused(_) => None,
        }
    }
}

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> Future for Admission<R> {
    type Output = Result<TaskHandle, ContextError>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        // A caller that never has to wait must still yield now and then.
        let budget = ready!(poll_proceed(task));
        let Self { shared, entrance, info } = &mut *self;
        if let (Admitted::Queued(index), Some(shared)) = (&*entrance, &*shared) {
            match wait_in_queue(shared, *index, task.waker()) {
                Place::Started => *entrance = Admitted::Started(*index),
                Place::Refused => *entrance = Admitted::Refused(shared.why()),
                // The end of the group empties the queue and wakes all waiting callers.
                Place::Waiting => return Poll::Pending,
            }
        }
        budget.made_progress();
        Poll::Ready(match (&*entrance, shared) {
            (Admitted::Refused(why), _) => Err(why.clone()),
            (Admitted::Started(index) | Admitted::Queued(index), Some(shared)) => {
                Ok(TaskHandle::new(shared, *index, info.clone()))
            }
            (_, None) => unreachable!("only a refused task has no group"),
        })
    }
}

/// Returns the state of the task. If it is queued, wakes `waker` when that changes.
fn wait_in_queue<R: Spawnable>(shared: &Shared<R>, index: usize, waker: &Waker) -> Place {
    let mut fresh = None;
    loop {
        let mut ledger = shared.ledger();
        let place = ledger.queue.place(index);
        let Some(slot) = ledger.queue.waker(index) else { return place };
        if slot.as_ref().is_some_and(|known| known.will_wake(waker)) {
            return place;
        }
        if let Some(fresh) = fresh.take() {
            let old = slot.replace(fresh);
            drop(ledger);
            drop(old);
            return place;
        }
        drop(ledger);
        // Cloning a waker runs user code.
        fresh = Some(waker.clone());
    }
}

impl<R: TaskOutput> fmt::Debug for Admission<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Admission").field(&self.entrance).finish()
    }
}
