//! Who is alive: whatever owns tasks lists them here, so that a shutdown can name what has not stopped.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;
use std::sync::Weak;

use slab::Slab;
use tokio::runtime::{self, Handle};

use crate::sync::plain::{Mutex, lock};

/// A task that is alive: its name, if it was given one, and where it was spawned.
///
/// ```
/// use taskward::{Context, TaskGroup};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let group = TaskGroup::<()>::new(&Context::background());
/// group.spawn_named("heartbeat", |ctx| async move { _ = ctx.cancelled().await });
/// let task = &group.tasks()[0];
/// assert_eq!(task.name(), Some("heartbeat"));
/// println!("{task}"); // `heartbeat`, spawned at src/main.rs:5:7
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TaskInfo {
    name: Option<Cow<'static, str>>,
    spawned_at: &'static Location<'static>,
}

impl TaskInfo {
    pub(crate) const fn new(name: Option<Cow<'static, str>>, spawned_at: &'static Location<'static>) -> Self {
        Self { name, spawned_at }
    }

    /// The name that the task was given when it was spawned.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The file, line and column of the call that spawned it.
    #[must_use]
    pub const fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at
    }
}

impl fmt::Display for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "`{name}`, spawned at {}", self.spawned_at),
            None => write!(f, "a task spawned at {}", self.spawned_at),
        }
    }
}

/// Something that owns tasks.
pub(crate) trait Owner: Send + Sync {
    /// Adds its tasks that are alive.
    fn list(&self, tasks: &mut Vec<TaskInfo>);
}

struct Entry {
    runtime: runtime::Id,
    owner: Weak<dyn Owner>,
}

static OWNERS: Mutex<Slab<Entry>> = Mutex::new(Slab::new());

/// An owner is listed for as long as this lives.
pub(crate) struct Listing {
    key: usize,
}

impl Listing {
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

impl Drop for Listing {
    fn drop(&mut self) {
        let entry = lock(&OWNERS).try_remove(self.key);
        drop(entry);
    }
}

/// The tasks on a runtime that have an owner and are alive.
pub(crate) fn live_tasks(runtime: runtime::Id) -> Vec<TaskInfo> {
    // Owners are asked outside the lock: they take locks of their own, and the last reference to one may go here.
    let owners: Vec<_> = {
        let owners = lock(&OWNERS);
        let here = owners.iter().filter(|(_, entry)| entry.runtime == runtime);
        here.filter_map(|(_, entry)| entry.owner.upgrade()).collect()
    };
    let mut tasks = Vec::new();
    for owner in owners {
        owner.list(&mut tasks);
    }
    tasks
}
