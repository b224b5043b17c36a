//! The tasks that have no owner.

use std::fmt;
use std::iter::Sum;

use tokio::runtime::Handle;

use crate::registry::LiveTasks;

/// The number of unregistered tasks, from `tokio::spawn` or a `JoinSet`. Without blocked threads,
/// which Tokio does not count.
#[derive(Clone, Copy, Default)]
pub(super) struct Others(usize);

impl Others {
    /// Counts those of `runtime`; `owned` are its tasks with an owner. `in_task` says that the
    /// body is a task of the runtime, too.
    pub(super) fn count(runtime: &Handle, owned: &LiveTasks, in_task: bool) -> Self {
        let known = owned.iter().filter(|task| !task.is_thread()).count() + usize::from(in_task);
        Self(runtime.metrics().num_alive_tasks().saturating_sub(known))
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

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use std::future::pending;
    use std::pin::pin;
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    use tokio::runtime::Handle;

    use super::Others;
    use crate::registry::live_tasks_on;
    use crate::{Context, TaskGroup, WorkerPool};

    #[tokio::test]
    async fn threads_of_a_pool_hide_no_task() {
        let here = Handle::current();
        let others = || Others::count(&here, &live_tasks_on(here.id()), false).to_string();
        let (done, waits) = channel::<()>();
        let waits = Mutex::new(waits);
        let ctx = Context::background();
        let call = move |_: &Context, _: u8| {
            _ = waits.lock().map(|waits| waits.recv());
            Some(())
        };
        let mut run = pin!(WorkerPool::new(2).run_blocking(&ctx, 0..2, call));
        assert!(futures::poll!(run.as_mut()).is_pending());
        let group = TaskGroup::<()>::new(&ctx);
        _ = group.spawn(|_| pending());
        assert_eq!(live_tasks_on(here.id()).len(), 3);
        assert_eq!(others(), "");
        let other = tokio::spawn(pending::<()>());
        assert_eq!(others(), "    and 1 task that is in no group\n");
        other.abort();
        drop(done);
        assert_eq!(run.await.map(|all| all.len()), Some(2));
    }
}
