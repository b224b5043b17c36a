//! The cause that the contexts of interrupted tasks report.

use std::any::Any;
use std::error::Error;
use std::fmt;

use crate::payload;
use crate::registry::TaskInfo;

/// The cause of an interruption: another task of the group failed, panicked or won.
#[derive(Debug)]
pub(super) struct TaskEnded {
    pub(super) task: TaskInfo,
    pub(super) how: EndReason,
}

#[derive(Debug)]
pub(super) enum EndReason {
    Failed,
    Panicked(String),
    Aborted,
}

impl EndReason {
    pub(super) fn panicked(payload: &(dyn Any + Send)) -> Self {
        Self::Panicked(payload::message(payload).unwrap_or_default())
    }
}

impl fmt::Display for TaskEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { task, how } = self;
        match how {
            EndReason::Failed => write!(f, "{task} failed"),
            EndReason::Panicked(message) if message.is_empty() => write!(f, "{task} panicked"),
            EndReason::Panicked(message) => write!(f, "{task} panicked: {message}"),
            EndReason::Aborted => write!(f, "{task} was aborted"),
        }
    }
}

impl Error for TaskEnded {}
