//! The node of a single flight. Callers join and leave, and each joining caller may extend its
//! deadline.
//!
//! The node has no timer: its callers have theirs, and the last one to leave ends the node.

use std::sync::Arc;

use tokio::time::Instant;

use super::moving::Moving;
use super::node::{Node, Source};
use crate::limit::Limit;

impl Node {
    /// Creates a node with the deadline of the first caller.
    pub(crate) fn of_flight(deadline: Option<(Instant, Limit)>) -> Self {
        Self::new(None, Source::Flight(Box::new(Moving::of_flight(deadline))), None)
    }

    /// Reuses an unshared, [untouched](Self::is_untouched) node for another flight.
    pub(crate) fn renew_flight(self: &mut Arc<Self>, deadline: Option<(Instant, Limit)>) {
        let Some(node) = Arc::get_mut(self) else { unreachable!("the node is unshared") };
        match &mut node.source {
            // Its state needs no reset: it has no parent and is untouched.
            Source::Flight(until) => until.renew(deadline),
            _ => node.set(None, Source::Flight(Box::new(Moving::of_flight(deadline))), None),
        }
    }

    /// Adds a caller. Returns false if the deadline has already passed.
    pub(crate) fn extend(&self, deadline: Option<(Instant, Limit)>) -> bool {
        match &self.source {
            Source::Flight(until) => until.extend(deadline),
            _ => true,
        }
    }

    /// Returns whether the root of this node is at address `root`.
    pub(crate) fn is_below(self: &Arc<Self>, root: usize) -> bool {
        let mut node = self;
        while let Some(parent) = node.parent() {
            node = parent;
        }
        Arc::as_ptr(node).addr() == root
    }
}
