//! [`WorkerPool`]: calls of one function for many items, on a number of workers.
//!
//! A run has all its items at hand ([`batch`]) or takes them one by one ([`flow`]). Its
//! [`worker`]s are tasks and threads of a group, or futures in the caller's task ([`worker_set`]),
//! and claim items from a [`queue`].

mod batch;
mod blocking;
mod builder;
mod chunk_size;
mod flow;
pub(crate) mod generated;
mod local;
#[cfg(all(test, taskward_loom))]
mod loom_models;
mod on_progress;
mod output;
mod outputs;
mod progress;
mod queue;
mod reorder;
mod results;
mod run_state;
mod setup;
mod tasks;
mod worker;
mod worker_set;

pub use self::builder::WorkerPool;
pub use self::progress::Progress;
pub use self::results::WorkerStream;
