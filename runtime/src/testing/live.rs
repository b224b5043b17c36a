//! A task in a report.

use std::fmt;
use std::time::Duration;

use super::blocked;
use super::place::Place;
use super::task::{Role, Task};
use crate::registry::TaskInfo;

/// A task that is alive when it should not be: where it was spawned, and where it waits.
#[derive(Clone, Debug)]
pub struct LiveTask {
    info: TaskInfo,
    who: Who,
    doing: Doing,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Body,
    Task,
    Thread,
}

#[derive(Clone, Debug, PartialEq)]
enum Doing {
    Waits(Vec<Place>),
    /// Its thread has not come back.
    Blocks(Duration),
    /// Its turn has not come yet.
    New,
    /// It was not polled when it was asked.
    Unknown,
}

impl LiveTask {
    pub(crate) fn see(task: &Task) -> Self {
        let who = match task.role {
            _ if task.is_body() => Who::Body,
            Role::Blocking => Who::Thread,
            Role::Future => Who::Task,
        };
        let doing = match (task.seen.polled_for(), task.seen.stacks()) {
            (Some(time), _) => Doing::Blocks(time),
            (None, Some(stacks)) => Doing::Waits(stacks.places()),
            _ if task.seen.is_new() => Doing::New,
            _ => Doing::Unknown,
        };
        Self { info: task.info.clone(), who, doing }
    }

    /// Its name, and where it was spawned.
    #[must_use]
    pub const fn info(&self) -> &TaskInfo {
        &self.info
    }

    /// Where it waits: each `.await` of user code, of which a `join!` or a `select!` has several.
    /// Empty if it does not wait, or it could not be asked.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        match &self.doing {
            Doing::Waits(places) => places,
            _ => &[],
        }
    }

    pub(super) fn is_body(&self) -> bool {
        self.who == Who::Body
    }

    pub(super) fn is_like(&self, other: &Self) -> bool {
        let same =
            |left: &TaskInfo, right: &TaskInfo| left.name() == right.name() && left.spawned_at() == right.spawned_at();
        self.who == other.who && same(&self.info, &other.info) && self.doing == other.doing
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
        match &self.doing {
            // A future that keeps no waker cannot be asked.
            Doing::Waits(places) if places.is_empty() => f.write_str(", waiting at an unknown place"),
            Doing::Waits(places) => {
                f.write_str(", waiting")?;
                for (index, place) in places.iter().enumerate() {
                    write!(f, "{} {place}", if index == 0 { " at" } else { " and" })?;
                }
                Ok(())
            }
            Doing::Blocks(time) => write!(f, ", blocking its thread for {:?}", blocked::round(*time)),
            Doing::New => f.write_str(", not started yet"),
            Doing::Unknown => Ok(()),
        }
    }
}
