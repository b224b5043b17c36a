//! A fair lock for initializers, which knows who waits for whom.
//!
//! A value that is made once, or once at a time, is made by the holder of its [`InitLock`], a task
//! or a plain thread. The lock goes to the next waiter, in order, when its guard is dropped: done,
//! failed, cancelled or panicking. An initializer that would wait for itself, also by way of
//! others, panics: see [`wait_graph`].

mod chain;
mod init_lock;
mod place;
mod wait_graph;

#[cfg(all(test, taskward_loom))]
mod loom_models;
#[cfg(all(test, not(taskward_loom)))]
mod tests;

pub(crate) use self::chain::Chain;
pub(crate) use self::init_lock::{InitGuard, InitLock};
pub use self::place::Place;
