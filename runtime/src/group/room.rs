//! Waits for room before there is a task.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use super::shared::Shared;
use super::spawner::{Reserved, Spawnable};
use super::task_handle::TaskHandle;
use crate::context::Context;
use crate::error::ContextError;
use crate::task_output::TaskOutput;

/// Room for one task in a [`TaskGroup`](super::TaskGroup), reserved by
/// [`TaskGroup::room`](super::TaskGroup::room). Dropping it releases the reservation.
///
/// ```
/// use taskward::{Context, TaskGroup};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let group = TaskGroup::<()>::new(&Context::background()).limit(1);
/// let room = group.room().await.unwrap();
/// assert!(group.try_spawn(|_| async {}).is_err());
/// room.spawn(|_| async {}).unwrap();
/// group.join().await;
/// # }
/// ```
#[must_use = "dropping it releases the reserved room"]
pub struct Room<'g, R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> {
    shared: &'g Arc<Shared<R>>,
    reserved: Reserved<'g, R>,
}

pub(super) async fn room<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static>(
    shared: &Arc<Shared<R>>,
) -> Result<Room<'_, R>, ContextError> {
    // A caller that never has to wait must still yield now and then.
    tokio::task::coop::consume_budget().await;
    let reserved = shared.ctx.run(wait_for_room(shared)).await?;
    Ok(Room { shared, reserved })
}

async fn wait_for_room<R: Spawnable>(shared: &Arc<Shared<R>>) -> Reserved<'_, R> {
    loop {
        if let Some(reserved) = Reserved::take(shared) {
            return reserved;
        }
        shared
            .wait_for(|ledger| {
                ledger.awaited.room = true;
                ledger.has_room().then_some(())
            })
            .await;
    }
}

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> Room<'_, R> {
    /// Starts `task` in the reserved room at once.
    ///
    /// # Errors
    ///
    /// Returns the reason if the group has ended in the meantime; `task` is not called then.
    ///
    /// # Panics
    ///
    /// As [`TaskGroup::spawn`](super::TaskGroup::spawn) does.
    #[track_caller]
    pub fn spawn<F>(self, task: impl FnOnce(Context) -> F) -> Result<TaskHandle, ContextError>
    where
        F: Future<Output = R> + Send + 'static,
    {
        self.start(None, Location::caller(), task)
    }

    /// Like [`spawn`](Self::spawn), with a name for the task.
    ///
    /// # Errors
    ///
    /// As [`spawn`](Self::spawn) does.
    ///
    /// # Panics
    ///
    /// As [`TaskGroup::spawn`](super::TaskGroup::spawn) does.
    #[track_caller]
    pub fn spawn_named<F>(
        self,
        name: impl Into<Cow<'static, str>>,
        task: impl FnOnce(Context) -> F,
    ) -> Result<TaskHandle, ContextError>
    where
        F: Future<Output = R> + Send + 'static,
    {
        self.start(Some(name.into()), Location::caller(), task)
    }

    #[track_caller]
    fn start<F>(
        self,
        name: Option<Cow<'static, str>>,
        place: &'static Location<'static>,
        task: impl FnOnce(Context) -> F,
    ) -> Result<TaskHandle, ContextError>
    where
        F: Future<Output = R> + Send + 'static,
    {
        let Self { shared, reserved } = self;
        let info = shared.task_info(name, place);
        match reserved.spawn(info.clone(), task) {
            Ok(index) => Ok(TaskHandle::new(shared, index, info)),
            Err((_, why)) => {
                shared.ledger().outcomes.refused();
                Err(why)
            }
        }
    }
}

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> fmt::Debug for Room<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").finish_non_exhaustive()
    }
}
