//! A fair lock for initializers, which detects cycles of waits.
//!
//! The holder of an [`InitLock`], a task or a plain thread, initializes a value. When its guard is
//! dropped (done, failed, cancelled or panicking), the lock goes to the next waiter, in order. An
//! initializer that would wait for itself, directly or through others, panics; see [`wait_graph`].

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
