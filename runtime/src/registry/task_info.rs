//! The description of a task.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    spawned: Instant,
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
        Self { names: has_name.then(|| Arc::new(Names { task, group })), spawned_at, spawned: Instant::now() }
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

    /// Returns the time since the task was spawned, by the system's clock, which a paused Tokio
    /// clock does not affect.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.spawned.elapsed()
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
