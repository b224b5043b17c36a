//! Who is told when a node ends.

use std::sync::Weak;
use std::task::Waker;

use tokio::runtime::Handle;

use super::node::Node;
use crate::error::ContextError;

pub(crate) enum Observer {
    /// A call that waits.
    Waiter(Waker),
    /// Ends with the node.
    Child(Weak<Node>),
    /// Its clock starts when the node ends.
    Linger(Weak<Node>),
    Hook(Box<Hook>),
    /// Not an observer of a node: the node whose deadline it is.
    Deadline(Weak<Node>),
}

/// A callback of the user's.
pub(crate) struct Hook {
    pub(crate) run: Box<dyn FnOnce(ContextError) + Send>,
    /// Where a deadline runs it: the runtime that it was registered in.
    pub(crate) runtime: Option<Handle>,
}
