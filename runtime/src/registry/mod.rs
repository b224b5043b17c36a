//! The registry of owners of live tasks, with which a shutdown or a dump reports them.

use std::sync::{Arc, Weak};

use slab::Slab;
use tokio::runtime::{self, Handle};

use crate::sync::plain::{Mutex, lock};

mod live_tasks;
#[cfg(feature = "dump")]
mod locate;
mod owner;
mod task_info;

pub use self::live_tasks::{LiveTask, LiveTasks};
pub(crate) use self::owner::{Listed, Owner};
pub use self::task_info::TaskInfo;

struct Entry {
    runtime: runtime::Id,
    owner: Weak<dyn Owner>,
}

static OWNERS: Mutex<Slab<Entry>> = Mutex::new(Slab::new());

/// Keeps an owner in the registry until dropped.
pub(crate) struct Registration {
    key: usize,
}

impl Registration {
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    #[track_caller]
    pub(crate) fn new(owner: Weak<dyn Owner>) -> Self {
        let runtime = Handle::current().id();
        let key = lock(&OWNERS).insert(Entry { runtime, owner });
        Self { key }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let entry = lock(&OWNERS).try_remove(self.key);
        drop(entry);
    }
}

/// Returns the live tasks of the process: those of every [`TaskGroup`](crate::TaskGroup), and the
/// workers of every run of a [`WorkerPool`](crate::WorkerPool).
///
/// Print them in a service that hangs, or serve them on an administrative route. Works outside of
/// a runtime, too, and interrupts no task. Tasks of `tokio::spawn` have no owner and are not
/// included. [`#[taskward::main]`](macro@crate::main) prints the live tasks on SIGQUIT.
///
/// ```
/// use taskward::{Context, TaskGroup, live_tasks};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let group = TaskGroup::<()>::new(&Context::background()).name("connections");
///     for _ in 0..3 {
///         _ = group.spawn(|ctx| async move { _ = ctx.cancelled().await });
///     }
///     // a task of `connections` spawned at src/main.rs:7:19: 3 of them, alive for 0 ms
///     assert!(live_tasks().to_string().contains(": 3 of them, alive for "));
/// }
/// ```
#[must_use]
pub fn live_tasks() -> LiveTasks {
    LiveTasks::of(owners(|_| true).iter().map(|owner| &**owner))
}

/// Returns the live tasks of all registered owners on a runtime.
pub(crate) fn live_tasks_on(runtime: runtime::Id) -> LiveTasks {
    LiveTasks::of(owners(|id| id == runtime).iter().map(|owner| &**owner))
}

/// Returns whether an owner on a runtime has a live task.
pub(crate) fn has_live_tasks(runtime: runtime::Id) -> bool {
    owners(|id| id == runtime).iter().any(|owner| owner.is_alive())
}

/// Returns the owners, to be used after unlocking: they take their own locks, and this may drop
/// the last reference to one.
fn owners(is_listed: impl Fn(runtime::Id) -> bool) -> Vec<Arc<dyn Owner>> {
    let owners = lock(&OWNERS);
    let listed = owners.iter().filter(|(_, entry)| is_listed(entry.runtime));
    listed.filter_map(|(_, entry)| entry.owner.upgrade()).collect()
}

/// The runtimes being stopped, each with the tasks that were dropped at the end of their group's
/// grace.
static STOPPING: Mutex<Vec<(runtime::Id, Vec<TaskInfo>)>> = Mutex::new(Vec::new());

/// Records dropped tasks of a runtime until [`take_cut`].
pub(crate) fn keep_cut(runtime: runtime::Id) {
    let mut stopping = lock(&STOPPING);
    if !stopping.iter().any(|(known, _)| *known == runtime) {
        stopping.push((runtime, Vec::new()));
    }
}

/// Returns the recorded tasks.
pub(crate) fn take_cut(runtime: runtime::Id) -> Vec<TaskInfo> {
    let mut stopping = lock(&STOPPING);
    let at = stopping.iter().position(|(known, _)| *known == runtime);
    at.map_or_else(Vec::new, |at| stopping.swap_remove(at).1)
}

/// Records that a task was dropped at the end of its grace.
pub(crate) fn cut(runtime: runtime::Id, task: TaskInfo) {
    if let Some((_, cut)) = lock(&STOPPING).iter_mut().find(|(stopping, _)| *stopping == runtime) {
        cut.push(task);
    }
}
