//! The workers of a run: tasks, blocking threads, or futures that share the task of the caller.

mod future;
mod local;
mod set;
mod tasks;

#[cfg(all(test, taskward_loom))]
pub(crate) use self::local::ReadyWorkers;
pub(crate) use self::local::{LazyLocal, Local};
pub(crate) use self::set::{AddWorker, Panic, WorkerSet};
pub(crate) use self::tasks::{LazyTasks, Tasks};
