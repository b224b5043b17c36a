//! Why a group ended, as its tasks see it.

use std::any::Any;
use std::error::Error;
use std::fmt;

use crate::registry::TaskInfo;

/// The cause of the cancellation of a task whose sibling ended the group.
#[derive(Debug)]
pub(super) struct EndedBy {
    pub(super) task: TaskInfo,
    pub(super) how: How,
}

#[derive(Debug)]
pub(super) enum How {
    Failed,
    Panicked(String),
}

impl How {
    pub(super) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().map(ToString::to_string);
        Self::Panicked(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default())
    }
}

impl fmt::Display for EndedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { task, how } = self;
        match how {
            How::Failed => write!(f, "{task} failed"),
            How::Panicked(message) if message.is_empty() => write!(f, "{task} panicked"),
            How::Panicked(message) => write!(f, "{task} panicked: {message}"),
        }
    }
}

impl Error for EndedBy {}
