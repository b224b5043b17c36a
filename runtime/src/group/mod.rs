//! [`TaskGroup`]: tasks that do not outlive their owner.
//!
//! What the owner, its handles and its tasks share is in [`shared`], with the tasks and their
//! results in a [`ledger`]. A [`runner`] polls the tasks, one after the other while some are
//! queued, from its [`seat`] in the group.

mod admission;
mod blocking;
mod cause;
mod echo;
mod handle;
mod job;
mod join;
mod ledger;
mod room;
mod runner;
mod seat;
mod shared;
mod spawner;
mod task_group;
mod task_handle;
mod try_spawn;

pub use self::admission::Admission;
pub use self::handle::GroupHandle;
pub use self::room::Room;
pub use self::task_group::TaskGroup;
pub use self::task_handle::TaskHandle;
pub use self::try_spawn::TrySpawnError;
