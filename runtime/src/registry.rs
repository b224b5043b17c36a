//! The registry of owners of live tasks, with which a shutdown reports the tasks that have not
//! stopped.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Weak};

use slab::Slab;
use tokio::runtime::{self, Handle};

use crate::sync::plain::{Mutex, lock};

/// A live task: its name, if it has one, and the place where it was spawned.
///
/// ```
/// use taskward::{Context, TaskGroup};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let group = TaskGroup::<()>::new(&Context::background());
/// _ = group.spawn_named("heartbeat", |ctx| async move { _ = ctx.cancelled().await });
/// let task = &group.tasks()[0];
/// assert_eq!(task.name(), Some("heartbeat"));
/// println!("{task}"); // `heartbeat`, spawned at src/main.rs:5:7
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TaskInfo {
    /// Boxed, because there is one `TaskInfo` per task, and most have no name.
    names: Option<Arc<Names>>,
    spawned_at: &'static Location<'static>,
}

#[derive(Debug)]
struct Names {
    task: Option<Cow<'static, str>>,
    group: Option<Arc<str>>,
}

impl TaskInfo {
    pub(crate) fn new(name: Option<Cow<'static, str>>, spawned_at: &'static Location<'static>) -> Self {
        Self::in_group(name, None, spawned_at)
    }

    pub(crate) fn in_group(
        task: Option<Cow<'static, str>>,
        group: Option<Arc<str>>,
        spawned_at: &'static Location<'static>,
    ) -> Self {
        let has_name = task.is_some() || group.is_some();
        Self { names: has_name.then(|| Arc::new(Names { task, group })), spawned_at }
    }

    /// Returns the name of the [`TaskGroup`](crate::TaskGroup) of the task, if
    /// [it has one](crate::TaskGroup::name).
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background()).name("connections");
    /// _ = group.spawn(async |ctx| _ = ctx.cancelled().await);
    /// assert_eq!(group.tasks()[0].group(), Some("connections"));
    /// # }
    /// ```
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.names.as_ref()?.group.as_deref()
    }

    /// Returns the name given to the task when it was spawned.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.names.as_ref()?.task.as_deref()
    }

    /// Returns the file, line and column of the call that spawned the task.
    #[must_use]
    pub const fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at
    }
}

impl fmt::Display for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name(), self.group()) {
            (Some(name), None) => write!(f, "`{name}`, spawned at {}", self.spawned_at),
            (Some(name), Some(group)) => write!(f, "`{name}` of `{group}`, spawned at {}", self.spawned_at),
            (None, Some(group)) => write!(f, "a task of `{group}` spawned at {}", self.spawned_at),
            (None, None) => write!(f, "a task spawned at {}", self.spawned_at),
        }
    }
}

pub(crate) trait Owner: Send + Sync {
    /// Appends the owner's live tasks.
    fn list(&self, tasks: &mut Vec<TaskInfo>);

    /// Returns whether the owner has a live task.
    fn is_alive(&self) -> bool;
}

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

/// Returns the live tasks of all registered owners on a runtime.
pub(crate) fn live_tasks(runtime: runtime::Id) -> Vec<TaskInfo> {
    let mut tasks = Vec::new();
    for owner in owners(runtime) {
        owner.list(&mut tasks);
    }
    tasks
}

/// Returns whether an owner on a runtime has a live task.
pub(crate) fn has_live_tasks(runtime: runtime::Id) -> bool {
    owners(runtime).iter().any(|owner| owner.is_alive())
}

/// Returns the owners, to be used after unlocking: they take their own locks, and this may drop the
/// last reference to one.
fn owners(runtime: runtime::Id) -> Vec<Arc<dyn Owner>> {
    let owners = lock(&OWNERS);
    let here = owners.iter().filter(|(_, entry)| entry.runtime == runtime);
    here.filter_map(|(_, entry)| entry.owner.upgrade()).collect()
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
