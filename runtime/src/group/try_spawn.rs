//! Spawns a task only if there is room.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use super::shared::Shared;
use super::spawner::{self, Reserved, Spawnable};
use super::task_handle::TaskHandle;
use crate::context::Context;
use crate::error::ContextError;

/// The error of [`TaskGroup::try_spawn`](super::TaskGroup::try_spawn), which returns the task.
///
/// ```
/// use taskward::{Context, TaskGroup, TrySpawnError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let group = TaskGroup::<()>::new(&Context::background());
/// group.cancel();
/// let refused = group.try_spawn(|_| async {});
/// assert!(matches!(refused, Err(TrySpawnError::Ended(..))));
/// # }
/// ```
pub enum TrySpawnError<T> {
    /// The group is at its limit.
    Full(T),
    /// The group has ended.
    Ended(T, ContextError),
}

impl<T> TrySpawnError<T> {
    /// Returns the task.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(task) | Self::Ended(task, _) => task,
        }
    }

    /// Returns whether the group is full, so that there may be room later.
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

#[track_caller]
pub(super) fn try_spawn<R: Spawnable, F, T>(shared: &Arc<Shared<R>>, task: T) -> Result<TaskHandle, TrySpawnError<T>>
where
    T: FnOnce(Context) -> F,
    F: Future<Output = R> + Send + 'static,
{
    if let Err(why) = shared.ctx.check() {
        return Err(TrySpawnError::Ended(task, why));
    }
    spawner::bind(shared);
    let info = shared.task_info(None, Location::caller());
    let Some(reserved) = Reserved::take(shared) else { return Err(TrySpawnError::Full(task)) };
    match reserved.spawn(info.clone(), task) {
        Ok(index) => Ok(TaskHandle::new(shared, index, info)),
        Err((task, why)) => Err(TrySpawnError::Ended(task, why)),
    }
}
