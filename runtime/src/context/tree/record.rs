//! Marks a node as ended, once, with the first reason.

use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire};

use super::node::{ENDED, EXPLAINED, End, Node};
use crate::error::ContextError;

impl End {
    /// Cancelled, without a cause or a time.
    pub(super) fn plain() -> Self {
        Self { why: ContextError::cancelled(), at: None }
    }

    fn is_plain(&self) -> bool {
        self.at.is_none() && self.why.cause().is_none()
    }
}

impl Node {
    /// Marks the node. Returns its previous state, which tells the shards of its observers; the
    /// caller must notify them. Returns `None` if the node has already ended.
    pub(super) fn mark(&self, end: &End) -> Option<u32> {
        let mut bits = ENDED;
        if !end.is_plain() {
            self.end.get_or_init(|| Box::new(end.clone()));
            // If another thread was first with a reason, helps it to finish.
            bits |= EXPLAINED;
        }
        let mut state = self.state();
        while state & ENDED == 0 {
            match self.state.compare_exchange(state, state | bits, AcqRel, Acquire) {
                Ok(_) => return Some(state),
                Err(now) => state = now,
            }
        }
        None
    }

    /// Returns the reason of a marked node.
    pub(super) fn recorded(&self) -> End {
        let is_explained = self.state() & EXPLAINED != 0;
        self.end.get().filter(|_| is_explained).map_or_else(End::plain, End::clone)
    }

    /// Returns the end of this node for the end of an ancestor: its own deadline, if that had
    /// passed earlier.
    pub(super) fn end_below(self: &Arc<Self>, above: End) -> End {
        match (self.fixed_deadline(), above.at) {
            (Some(deadline), Some(at)) if deadline < at => self.end_at_deadline(deadline),
            _ => above,
        }
    }

    pub(super) fn end_at_deadline(self: &Arc<Self>, at: tokio::time::Instant) -> End {
        let why = self.limit().map_or_else(ContextError::cancelled, |limit| ContextError::deadline(limit.clone()));
        End { why, at: Some(at) }
    }
}
