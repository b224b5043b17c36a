//! Handles of single tasks.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Weak};
use std::task::Waker;

use super::cause::{EndReason, TaskEnded};
use super::ledger::Queued;
use super::report::Exception;
use super::shared::Shared;
use super::spawner::Spawnable;
use crate::error::ContextError;
use crate::registry::TaskInfo;

/// A handle of one task of a [`TaskGroup`](super::TaskGroup), which identifies and aborts it.
///
/// Created by awaiting [`spawn`](super::TaskGroup::spawn), or by
/// [`Admission::handle`](super::Admission::handle). Dropping the handle does not affect the task.
/// It keeps neither the task nor the group alive.
///
/// ```
/// use taskward::{Context, ContextError, TaskGroup};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ContextError> {
/// let group = TaskGroup::new(&Context::background()).keep_going();
/// let reader = group.spawn_named("reader", async |_| std::future::pending().await).await?;
/// group.spawn(async |_| Some(7)).await?;
/// reader.abort();
/// assert_eq!(group.join_all().await, [None, Some(7)]);
/// assert!(reader.is_finished());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TaskHandle {
    control: Weak<dyn Control>,
    index: usize,
    info: TaskInfo,
}

/// The operations on a task that do not depend on its result type.
trait Control: Send + Sync {
    fn abort(&self, index: usize);
    fn is_finished(&self, index: usize) -> bool;
}

impl TaskHandle {
    pub(super) fn new<R: Spawnable>(shared: &Arc<Shared<R>>, index: usize, info: TaskInfo) -> Self {
        let control: Weak<dyn Control> = Arc::<Shared<R>>::downgrade(shared);
        Self { control, index, info }
    }

    /// Interrupts the task as the end of its group does: its context ends, and the task is dropped
    /// at its next `.await`, unless a [`shield`](crate::Context::shield) or the group's
    /// [`grace`](super::TaskGroup::grace) delays that. A task that has not started never does.
    ///
    /// The other tasks go on. The task's result represents the interruption and its reason. Does
    /// nothing if the task has finished.
    ///
    /// # Panics
    ///
    /// If a hook of [`Context::on_cancel`](crate::Context::on_cancel) panics. All other hooks run
    /// first.
    ///
    /// ```
    /// use std::future::pending;
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background());
    /// let task = group.spawn(|_| pending()).await.unwrap();
    /// task.abort();
    /// group.join().await;
    /// assert!(task.is_finished());
    /// # }
    /// ```
    pub fn abort(&self) {
        if let Some(control) = self.control.upgrade() {
            control.abort(self.index);
        }
    }

    /// Returns whether the task has stopped.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.control.upgrade().is_none_or(|control| control.is_finished(self.index))
    }

    /// Returns the index of the task in its group, in order of spawning, from 0.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background());
    /// let task = group.spawn_named("sync", |_| async {}).await.unwrap();
    /// assert_eq!((task.id(), task.name()), (0, Some("sync")));
    /// println!("{} at {}", task.info(), task.spawned_at());
    /// # }
    /// ```
    #[must_use]
    pub const fn id(&self) -> usize {
        self.index
    }

    /// Returns the name of the task and the place where it was spawned.
    #[must_use]
    pub const fn info(&self) -> &TaskInfo {
        &self.info
    }

    /// Returns the name that the task was spawned with.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.info.name()
    }

    /// Returns the file, line and column of the call that spawned the task.
    #[must_use]
    pub const fn spawned_at(&self) -> &'static Location<'static> {
        self.info.spawned_at()
    }
}

impl<R: Spawnable> Shared<R> {
    /// Wakes a running task that waits.
    fn wake(&self, index: usize) {
        let waker = self.ledger().running.get_mut(index).and_then(|running| running.waker.take());
        waker.into_iter().for_each(Waker::wake);
    }
}

impl<R: Spawnable> Control for Shared<R> {
    fn abort(&self, index: usize) {
        let mut ledger = self.ledger();
        if let Some(running) = ledger.running.get_mut(index) {
            running.is_aborted = true;
            let (task, node) = (running.info.clone(), running.node());
            drop(ledger);
            if let Some(node) = node {
                // Also if a hook panics: the task must not wait on.
                let _woken = scopeguard::guard((), |()| self.wake(index));
                node.cancel(|| ContextError::cancelled_with(TaskEnded { task, how: EndReason::Aborted }.into()));
            }
        } else if let Some(Queued { running, job, waker, waiting, .. }) = ledger.queue.remove(index) {
            let cause = TaskEnded { task: running.info.clone(), how: EndReason::Aborted };
            let why = ContextError::cancelled_with(cause.into());
            let rest = ledger.outcomes.excepted(index, Exception::Alone(why));
            let is_awaited = ledger.take_change(true);
            drop(ledger);
            drop((running, waiting));
            self.notify(is_awaited);
            waker.into_iter().for_each(Waker::wake);
            drop((rest, job));
        }
    }

    fn is_finished(&self, index: usize) -> bool {
        let ledger = self.ledger();
        ledger.running.get(index).is_none() && !ledger.queue.contains(index)
    }
}

impl fmt::Debug for TaskHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskHandle").field("id", &self.index).field("info", &self.info).finish_non_exhaustive()
    }
}
