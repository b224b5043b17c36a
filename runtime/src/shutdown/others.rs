//! The tasks that have no owner.

use std::fmt;
use std::iter::Sum;

use tokio::runtime::Handle;

/// The number of unregistered tasks, from `tokio::spawn` or a `JoinSet`. Without blocked threads,
/// which Tokio does not count.
#[derive(Clone, Copy, Default)]
pub(super) struct Others(usize);

impl Others {
    /// Counts those of `runtime`, which has `owned` tasks with an owner. `in_task` says that the
    /// body is a task of the runtime, too.
    pub(super) fn count(runtime: &Handle, owned: usize, in_task: bool) -> Self {
        Self(runtime.metrics().num_alive_tasks().saturating_sub(owned + usize::from(in_task)))
    }
}

impl Sum for Others {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        Self(counts.map(|Self(count)| count).sum())
    }
}

/// A line of a report, or nothing.
impl fmt::Display for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(0) => Ok(()),
            Self(1) => writeln!(f, "    and 1 task that is in no group"),
            Self(others) => writeln!(f, "    and {others} tasks that are in no group"),
        }
    }
}
