//! The kinds of observers of a node.

use std::sync::Weak;
use std::task::Waker;

use tokio::runtime::Handle;

use super::node::Node;
use crate::error::ContextError;

pub(crate) enum Observer {
    /// A waiting call.
    Waiter(Waker),
    /// A child, which ends with the node.
    Child(Weak<Node>),
    /// A lingering node, whose clock starts at the node's end.
    Linger(Weak<Node>),
    Hook(Box<Hook>),
    /// The node of a deadline. Not registered with a node.
    Deadline(Weak<Node>),
}

// A shard converts it under its lock, where a waker is still in registers.
impl From<Waker> for Observer {
    #[inline]
    fn from(waker: Waker) -> Self {
        Self::Waiter(waker)
    }
}

/// A user's callback.
pub(crate) struct Hook {
    pub(crate) run: Box<dyn FnOnce(ContextError) + Send>,
    /// The runtime it was registered in, where a deadline runs it.
    pub(crate) runtime: Option<Handle>,
}
