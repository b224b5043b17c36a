//! The runtime that a wait belongs to.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use tokio::runtime::{self, Handle};
use tokio::task::{self, try_id};

use crate::limit::Limit;

/// Returns the number of the current runtime, or `None` outside of one.
///
/// Getting the current runtime costs a reference count. A task never changes its runtime, so the
/// result is cached with the task's id.
pub(super) fn current() -> Option<u64> {
    thread_local! {
        static KNOWN: Cell<Option<(task::Id, u64)>> = const { Cell::new(None) };
    }
    let task = try_id();
    if let (Some(task), Some((known, runtime))) = (task, KNOWN.get())
        && task == known
    {
        return Some(runtime);
    }
    let runtime = number(Handle::try_current().ok()?.id());
    KNOWN.set(task.map(|task| (task, runtime)));
    Some(runtime)
}

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// Calls `poll` on a thread that checks the deadline of its context itself, and needs no runtime
/// for it.
pub(crate) fn watched<R>(poll: impl FnOnce() -> R) -> R {
    let outer = WATCHED.replace(true);
    let _reset = scopeguard::guard((), |()| WATCHED.set(outer));
    poll()
}

/// Returns the runtime in which a wait needs a timer, if it needs one.
pub(super) fn for_wait(limit: Option<&Limit>) -> Option<u64> {
    if WATCHED.get() { current() } else { Some(required(limit)) }
}

/// Returns the runtime in which to wait for `limit`.
///
/// # Panics
///
/// Outside of a Tokio runtime, as Tokio's timers do.
pub(super) fn required(limit: Option<&Limit>) -> u64 {
    current().unwrap_or_else(|| no_runtime(limit))
}

#[cold]
fn no_runtime(limit: Option<&Limit>) -> ! {
    match limit {
        Some(limit) => panic!(
            "a time limit can only be waited for in a Tokio runtime with its timers enabled; this one was set at {}",
            limit.place
        ),
        None => panic!("a time limit can only be waited for in a Tokio runtime with its timers enabled"),
    }
}

pub(super) fn number(id: runtime::Id) -> u64 {
    let mut bits = Bits(0);
    id.hash(&mut bits);
    bits.0
}

/// Extracts the number of a runtime's id, which Tokio exposes in no other way.
struct Bits(u64);

impl Hasher for Bits {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
}
