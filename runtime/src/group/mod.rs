//! [`TaskGroup`]: tasks that do not outlive their owner.
//!
//! The owner, its handles and its tasks share the state in [`shared`], with the tasks and their
//! results in a [`ledger`]. A [`runner`] holds a [`slot`] of the group and polls one task after
//! the other while some are queued ([`finish`]). Tasks that succeed are recorded in the ledger in
//! batches, under its lock ([`locked`]).

mod admission;
mod blocking;
mod cause;
mod echo;
mod finish;
mod gauges;
mod handle;
mod job;
mod join;
mod ledger;
mod locked;
mod report;
mod room;
mod runner;
mod shared;
mod slot;
mod spawner;
mod task_group;
mod task_handle;
mod try_spawn;
mod workers;

#[cfg(all(test, taskward_loom))]
mod loom_models;

pub use self::admission::Admission;
pub use self::handle::GroupHandle;
pub use self::room::Room;
pub use self::task_group::TaskGroup;
pub use self::task_handle::TaskHandle;
pub use self::try_spawn::TrySpawnError;
pub(crate) use self::workers::Workers;
