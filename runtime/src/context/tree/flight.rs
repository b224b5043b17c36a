//! The node of a single flight. Callers join and leave, and each joining caller may extend its
//! deadline.
//!
//! The node has no timer: its callers have theirs, and the last one to leave ends the node.

use std::sync::Arc;

use tokio::time::Instant;

use super::moving::{Moving, Replaced};
use super::node::{Node, Source};
use crate::limit::Limit;

impl Node {
    /// Creates a node with the deadline of the first caller.
    pub(crate) fn of_flight(deadline: Option<(Instant, &Limit)>) -> Self {
        Self::new(None, Source::Flight(Box::new(Moving::of_flight(deadline))), None)
    }

    /// Sets the deadline for another flight, whose context this node becomes.
    pub(crate) fn renew_flight(&self, deadline: Option<(Instant, &Limit)>) {
        if let Source::Flight(until) = &self.source {
            until.renew(deadline);
        }
    }

    /// Adds a caller. Returns `None` if the deadline has already passed.
    pub(crate) fn extend(&self, deadline: Option<(Instant, &Limit)>) -> Option<Replaced> {
        match &self.source {
            Source::Flight(until) => until.extend(deadline),
            _ => Some(Replaced::default()),
        }
    }

    /// Returns whether this node is `node` or its outermost ancestor.
    pub(crate) fn is_root_of(self: &Arc<Self>, mut node: &Arc<Self>) -> bool {
        while let Some(parent) = node.parent() {
            node = parent;
        }
        Arc::ptr_eq(node, self)
    }
}
