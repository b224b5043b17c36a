//! Concurrent calls with equal keys share one run.
//!
//! [`call`] joins a run through the [`table`], or starts one and polls it once. A run that has to
//! wait moves into a task ([`runner`]). The state that its callers and the task share is in
//! [`shared`].

mod active_runs;
mod call;
mod entry;
pub(crate) mod generated;
mod key;
mod published;
mod runner;
mod scratch;
mod shard;
mod shared;
mod single;
mod table;

#[cfg(all(test, taskward_loom))]
mod loom_models;
#[cfg(all(test, not(taskward_loom)))]
mod tests;

pub use self::single::SingleFlight;
