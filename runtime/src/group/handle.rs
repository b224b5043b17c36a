//! The weak handle of a group.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::{Arc, Weak};

use super::admission::Admission;
use super::blocking::run_blocking;
use super::shared::Shared;
use super::spawner::Admitted;
use super::task_handle::TaskHandle;
use super::try_spawn::{TrySpawnError, try_spawn};
use crate::context::Context;
use crate::error::ContextError;
use crate::registry::TaskInfo;
use crate::task_output::TaskOutput;

/// A weak handle of a [`TaskGroup`](super::TaskGroup), created by
/// [`TaskGroup::handle`](super::TaskGroup::handle). Tasks spawn siblings with it. It can also end
/// the group, count its tasks and wait until the group is idle.
///
/// The handle does not keep the group alive: once the owner has dropped or joined the group,
/// `spawn` refuses tasks and the group counts as empty.
///
/// ```
/// use std::pin::Pin;
/// use taskward::{Context, ContextError, GroupHandle, TaskGroup};
///
/// type Crawl = Result<(), ContextError>;
///
/// type Visit = Pin<Box<dyn Future<Output = Crawl> + Send>>;
///
/// fn visit(ctx: Context, group: GroupHandle<Crawl>, depth: u32) -> Visit {
///     Box::pin(async move {
///         ctx.check()?;
///         if depth > 0 {
///             for _link in 0..2 {
///                 let handle = group.clone();
///                 group.spawn(move |ctx| visit(ctx, handle, depth - 1)).await?;
///             }
///         }
///         Ok(())
///     })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Crawl {
/// let group = TaskGroup::new(&Context::background());
/// let handle = group.handle();
/// group.spawn(|ctx| visit(ctx, handle, 3)).await?;
/// assert_eq!(group.join().await?.len(), 15);
/// # Ok(())
/// # }
/// ```
pub struct GroupHandle<R: TaskOutput> {
    shared: Weak<Shared<R>>,
}

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> GroupHandle<R> {
    pub(super) fn new(shared: &Arc<Shared<R>>) -> Self {
        Self { shared: Arc::downgrade(shared) }
    }

    /// Like [`TaskGroup::spawn`](super::TaskGroup::spawn). Refuses the task if the group is gone.
    ///
    /// In a group with a [`limit`](super::TaskGroup::limit), a task must not await this future
    /// while the group is full: if every running task does, none of them ever finishes. Use
    /// [`try_spawn`](Self::try_spawn), or do not await.
    ///
    /// # Panics
    ///
    /// As [`TaskGroup::spawn`](super::TaskGroup::spawn) does.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background());
    /// let handle = group.handle();
    /// handle.spawn(|_| async {}).await.unwrap();
    /// drop(group);
    /// assert!(handle.spawn(|_| async {}).await.is_err());
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn<F>(&self, task: impl FnOnce(Context) -> F) -> Admission<R>
    where
        F: Future<Output = R> + Send + 'static,
    {
        self.admit(None, task)
    }

    /// Like [`TaskGroup::spawn_named`](super::TaskGroup::spawn_named). Refuses the task if the
    /// group is gone.
    ///
    /// # Panics
    ///
    /// As [`TaskGroup::spawn`](super::TaskGroup::spawn) does.
    #[track_caller]
    pub fn spawn_named<F>(&self, name: impl Into<Cow<'static, str>>, task: impl FnOnce(Context) -> F) -> Admission<R>
    where
        F: Future<Output = R> + Send + 'static,
    {
        self.admit(Some(name.into()), task)
    }

    /// Like [`TaskGroup::spawn_blocking`](super::TaskGroup::spawn_blocking). Refuses the task if
    /// the group is gone.
    ///
    /// # Panics
    ///
    /// As [`TaskGroup::spawn`](super::TaskGroup::spawn) does.
    #[track_caller]
    pub fn spawn_blocking(&self, task: impl FnOnce(Context) -> R + Send + 'static) -> Admission<R> {
        self.admit(None, |ctx| run_blocking(ctx, task))
    }

    #[track_caller]
    fn admit<F>(&self, name: Option<Cow<'static, str>>, task: impl FnOnce(Context) -> F) -> Admission<R>
    where
        F: Future<Output = R> + Send + 'static,
    {
        let place = Location::caller();
        match self.shared.upgrade() {
            Some(shared) => Admission::spawn(&shared, name, place, task),
            None => Admission::new(None, Admitted::Refused(gone()), TaskInfo::new(name, place)),
        }
    }

    /// Like [`TaskGroup::try_spawn`](super::TaskGroup::try_spawn).
    ///
    /// # Errors
    ///
    /// Returns `task` without calling it if the group is at its limit, has ended or is gone.
    ///
    /// # Panics
    ///
    /// As [`TaskGroup::spawn`](super::TaskGroup::spawn) does.
    #[track_caller]
    pub fn try_spawn<F, T>(&self, task: T) -> Result<TaskHandle, TrySpawnError<T>>
    where
        T: FnOnce(Context) -> F,
        F: Future<Output = R> + Send + 'static,
    {
        match self.shared.upgrade() {
            Some(shared) => try_spawn(&shared, task),
            None => Err(TrySpawnError::Ended(task, gone())),
        }
    }

    /// Ends the group. Does nothing if the group has ended or is gone.
    ///
    /// # Panics
    ///
    /// If a hook of [`Context::on_cancel`] panics. All other hooks run first.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background());
    /// _ = group.spawn(async |ctx| _ = ctx.cancelled().await);
    /// group.handle().cancel();
    /// group.join().await;
    /// # }
    /// ```
    pub fn cancel(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.cancel();
        }
    }

    /// Like [`cancel`](Self::cancel), with a cause.
    ///
    /// # Panics
    ///
    /// As [`cancel`](Self::cancel) does.
    pub fn cancel_with(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) {
        if let Some(shared) = self.shared.upgrade() {
            shared.cancel_with(cause);
        }
    }

    /// Waits until the group has no running or queued tasks. New tasks may be spawned later.
    ///
    /// A task of the group that awaits this waits for itself, until the group ends.
    ///
    /// # Cancellation safety
    ///
    /// Cancel safe.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background());
    /// let handle = group.handle();
    /// _ = handle.spawn(|_| async {});
    /// handle.idle().await;
    /// assert!(handle.is_empty());
    /// # }
    /// ```
    pub async fn idle(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.idle().await;
        }
    }

    /// Returns the running tasks, with their names and the places where they were spawned.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.shared.upgrade().map_or_else(Vec::new, |shared| shared.tasks())
    }

    /// Returns the number of unfinished tasks, including queued ones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.upgrade().map_or(0, |shared| shared.len())
    }

    /// Returns whether all tasks have finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn gone() -> ContextError {
    ContextError::cancelled_with("the task group is gone".into())
}

impl<R: TaskOutput> Clone for GroupHandle<R> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<R: TaskOutput> fmt::Debug for GroupHandle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tasks = self.shared.upgrade().map(|shared: Arc<Shared<R>>| shared.tasks());
        f.debug_struct("GroupHandle").field("tasks", &tasks).finish_non_exhaustive()
    }
}
