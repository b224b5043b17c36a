//! The state of a node that is observed.

use std::any::Any;
#[cfg(feature = "tokio-util")]
use std::pin::Pin;
#[cfg(feature = "tokio-util")]
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32 as PlainU32;
use std::sync::atomic::AtomicU64;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::key::{Key, SHARDS};
use crate::sync::Mutex;
use crate::sync::plain::Mutex as PlainMutex;

#[derive(Default)]
pub(crate) struct Watched {
    /// The first observer of the node in each shard, or [`NONE`](super::schedule::NONE). Guarded
    /// by the shard's lock.
    pub(super) heads: Heads,
    /// The last runtime in which the deadline was armed. Saves taking the lock.
    pub(super) armed: AtomicU64,
    pub(super) links: Mutex<Links>,
    /// Rarely used state of a limited call, kept here to keep its future small.
    pub(crate) of_call: PlainMutex<Option<Box<dyn Any + Send>>>,
    #[cfg(feature = "tokio-util")]
    pub(super) token: OnceLock<tokio_util::sync::CancellationToken>,
}

pub(crate) struct Heads(pub(super) [PlainU32; SHARDS]);

impl Default for Heads {
    fn default() -> Self {
        Self([const { PlainU32::new(u32::MAX) }; SHARDS])
    }
}

/// The registrations of this node: as a child, and for its own deadline.
#[derive(Default)]
pub(crate) struct Links {
    pub(super) parent: Option<Key>,
    /// With the other context of a merge, or with the context whose end starts the clock.
    pub(super) other: Option<Key>,
    /// One for each runtime in which something waits for the deadline.
    pub(super) alarms: Vec<(u64, Alarm)>,
    /// Waits for the token of this node. Dropping it stops waiting.
    #[cfg(feature = "tokio-util")]
    pub(super) token: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

pub(crate) enum Alarm {
    Timer(Key),
    /// The clock has not started. Once it has, a task of this runtime waits for the deadline.
    Later(Handle),
    /// Waits for the deadline of a lingering node.
    Task(AbortHandle),
}
