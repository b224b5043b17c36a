//! The owners of tasks, as the registry sees them.

use std::sync::Arc;

use super::task_info::TaskInfo;
use crate::context::tree::node::Node;
use crate::located::Located;

/// An owner of tasks.
pub(crate) trait Owner: Send + Sync {
    /// Appends the owner's live tasks.
    fn list(&self, tasks: &mut Vec<Listed>);

    /// Returns whether the owner has a live task.
    fn is_alive(&self) -> bool;
}

/// A live task.
pub(crate) struct Listed {
    pub(crate) info: TaskInfo,
    /// The node of the task's own context. Must be dropped after the owner's lock is released.
    pub(crate) node: Option<Arc<Node>>,
    pub(crate) located: Located,
    /// The task is a thread of the blocking pool, and no Tokio task waits for it.
    pub(crate) is_thread: bool,
}
