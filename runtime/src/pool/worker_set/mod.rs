//! The workers of a run: tasks and threads of a group, or futures that share the task of the
//! caller.

mod local;
mod set;
mod tasks;
#[cfg(all(test, not(taskward_loom)))]
mod tests;

pub(crate) use self::local::Local;
#[cfg(all(test, taskward_loom))]
pub(crate) use self::local::ReadyWorkers;
pub(crate) use self::set::{OnDemand, Panic, WorkerSet};
pub(crate) use self::tasks::{Start, Tasks};
