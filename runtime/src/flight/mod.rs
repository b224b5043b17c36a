//! Concurrent calls with equal keys share one run.
//!
//! [`call`] joins a run through the [`table`], or starts one and polls it once. A run that has to
//! wait moves into a task ([`runner`]). The run itself is a [`Flight`](shared::Flight).

mod call;
pub(crate) mod generated;
mod key;
mod published;
mod runner;
mod shard;
mod shared;
mod single;
mod spare;
mod table;

#[cfg(all(test, taskward_loom))]
mod loom_models;
#[cfg(all(test, not(taskward_loom)))]
mod tests;

pub use self::table::SingleFlight;
