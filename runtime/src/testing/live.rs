//! A task in a report.

use std::fmt;
use std::time::Duration;

use super::blocked;
use super::task::{Role, Task};
use crate::registry::TaskInfo;
use crate::waits::place::{Place, write_places};

/// A task that outlived its test: where it was spawned, and where it waits.
///
/// ```
/// use std::future::pending;
/// use taskward::TaskGroup;
/// use taskward::testing::Test;
///
/// let (_, findings) = Test::new("forgets a group").findings(|ctx| async move {
///     let group = TaskGroup::<()>::new(&ctx.detach());
///     _ = group.spawn(|_| pending());
///     std::mem::forget(group);
/// });
/// assert_eq!(findings.tasks().len(), 1);
/// println!("{}", findings.tasks()[0]);
/// ```
#[derive(Clone, Debug)]
pub struct LiveTask {
    info: TaskInfo,
    who: Who,
    activity: Activity,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Body,
    Task,
    Thread,
}

#[derive(Clone, Debug, PartialEq)]
enum Activity {
    Waits(Vec<Place>),
    /// Its thread has not returned.
    Blocks(Duration),
    /// It has not been polled yet.
    New,
    /// It was not polled when asked.
    Unknown,
}

impl LiveTask {
    pub(crate) fn see(task: &Task) -> Self {
        let who = match task.role {
            _ if task.is_body() => Who::Body,
            Role::Blocking => Who::Thread,
            Role::Future => Who::Task,
        };
        let activity = match (task.seen.polled_for(), task.seen.stacks()) {
            (Some(time), _) => Activity::Blocks(time),
            (None, Some(stacks)) => Activity::Waits(stacks.places()),
            _ if task.seen.is_new() => Activity::New,
            _ => Activity::Unknown,
        };
        Self { info: task.info.clone(), who, activity }
    }

    /// Returns the task's name and the place where it was spawned.
    #[must_use]
    pub const fn info(&self) -> &TaskInfo {
        &self.info
    }

    /// Returns where the task waits: each `.await` of user code, several in a `join!` or a
    /// `select!`. Empty if the task does not wait or could not be asked.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        match &self.activity {
            Activity::Waits(places) => places,
            _ => &[],
        }
    }

    pub(super) fn is_body(&self) -> bool {
        self.who == Who::Body
    }

    pub(super) fn is_like(&self, other: &Self) -> bool {
        let same =
            |left: &TaskInfo, right: &TaskInfo| left.name() == right.name() && left.spawned_at() == right.spawned_at();
        self.who == other.who && same(&self.info, &other.info) && self.activity == other.activity
    }
}

impl fmt::Display for LiveTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.who {
            Who::Body => f.write_str("the test itself")?,
            Who::Task => write!(f, "{}", self.info)?,
            Who::Thread => {
                return write!(f, "a blocking thread started at {}, which still runs", self.info.spawned_at());
            }
        }
        match &self.activity {
            // A future that stores no waker cannot be found.
            Activity::Waits(places) if places.is_empty() => f.write_str(", waiting at an unknown place"),
            Activity::Waits(places) => {
                f.write_str(", waiting")?;
                write_places(f, places)
            }
            Activity::Blocks(time) => write!(f, ", blocking its thread for {:?}", blocked::round(*time)),
            Activity::New => f.write_str(", not started yet"),
            Activity::Unknown => Ok(()),
        }
    }
}
