//! The cancellation tree.
//!
//! [`node`] is the state of a context; [`look`] decides whether and why it has ended; [`notify`]
//! ends a node and notifies its observers; [`observe`] registers observers in a [`shard`] of the
//! [`table`], which also stores their deadlines ([`schedule`], [`timer`]).

mod arm;
mod entries;
mod flight;
pub(crate) mod key;
mod link;
mod look;
pub(crate) mod moving;
pub(crate) mod node;
mod notify;
pub(crate) mod observe;
pub(crate) mod observer;
mod record;
pub(crate) mod runtime;
mod schedule;
mod shard;
mod slots;
mod table;
mod timer;
#[cfg(feature = "tokio-util")]
mod token;
mod watched;

#[cfg(all(test, taskward_loom))]
mod loom_models;
#[cfg(all(test, not(taskward_loom)))]
mod tests;
