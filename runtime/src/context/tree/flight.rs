//! The node of a single flight. Its callers come and go, and each that joins may move its deadline.
//!
//! It has no timer: the callers have theirs, and the last one to go ends the node.

use std::sync::Arc;

use tokio::time::Instant;

use super::moving::Moving;
use super::node::{Node, Source};
use crate::error::Limit;

impl Node {
    /// `deadline`: that of the first caller.
    pub(crate) fn of_flight(deadline: Option<(Instant, Limit)>) -> Self {
        Self::new(None, Source::Flight(Box::new(Moving::of_flight(deadline))), None)
    }

    /// Makes a node that nobody else has, and that is [untouched](Self::is_untouched), that of
    /// another flight.
    pub(crate) fn renew_flight(self: &mut Arc<Self>, deadline: Option<(Instant, Limit)>) {
        let Some(node) = Arc::get_mut(self) else { unreachable!("it is its only owner's") };
        match &mut node.source {
            // Its state is that of a new one: it has no parent and is untouched.
            Source::Flight(until) => until.renew(deadline),
            _ => node.set(None, Source::Flight(Box::new(Moving::of_flight(deadline))), None),
        }
    }

    /// Another caller joins. Returns false if it comes too late.
    pub(crate) fn extend(&self, deadline: Option<(Instant, Limit)>) -> bool {
        match &self.source {
            Source::Flight(until) => until.extend(deadline),
            _ => true,
        }
    }

    /// Whether the root of this node is at this address.
    pub(crate) fn is_below(self: &Arc<Self>, root: usize) -> bool {
        let mut node = self;
        while let Some(parent) = node.parent() {
            node = parent;
        }
        Arc::as_ptr(node).addr() == root
    }
}
