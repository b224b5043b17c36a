//! A delay: a task and one of its points.

use std::fmt;
use std::str::FromStr;

/// Sends a task to the back of the queue at one of its points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Delay {
    pub(crate) task: u32,
    pub(crate) point: u32,
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.task, self.point)
    }
}

impl FromStr for Delay {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (task, point) = text.split_once('.').ok_or(())?;
        Ok(Self { task: task.parse().map_err(drop)?, point: point.parse().map_err(drop)? })
    }
}
