//! Decides whether and why a node has ended. No other code does.
//!
//! # Invariants
//!
//! 1. A look has no visible effects: it runs no user code, notifies nothing, and takes no lock
//!    under which user code runs. Notifying is up to the canceller, parent or timer that ends a
//!    node.
//! 2. So the result does not depend on earlier looks. The earlier of an ancestor's end and a
//!    deadline counts; the time of an end is recorded if a descendant has a deadline
//!    ([`TIME_MATTERS`](super::node::TIME_MATTERS)). A canceller comes last: it first checks
//!    whether the node has already ended.

use std::sync::Arc;

use tokio::time::Instant;

use super::moving::Moving;
use super::node::{ASKS_ROOT, ENDED, End, LINKED, Node, Source, TIMED, earlier};
use crate::error::ContextError;
use crate::limit::Limit;

/// The number of ancestors that a look visits before it links the chain, so that looks stay cheap
/// in deep trees.
const WALK: usize = 16;

/// The end of a node, not yet converted to an [`End`].
enum Found<'n> {
    Marked(&'n Arc<Node>),
    Deadline(Instant),
    Moving(Instant, Limit),
    #[cfg(feature = "tokio-util")]
    Token,
}

impl Node {
    /// Returns whether the node has ended. One atomic load if it is linked and has no deadline.
    #[inline]
    pub(crate) fn has_ended(self: &Arc<Self>) -> bool {
        let state = self.state();
        if state & (ENDED | LINKED | TIMED | ASKS_ROOT) == LINKED {
            return false;
        }
        state & ENDED != 0 || self.find(state).is_some()
    }

    /// Returns the reason. Must be called only after the node has ended.
    #[cold]
    pub(crate) fn why(self: &Arc<Self>) -> ContextError {
        self.look().map_or_else(ContextError::cancelled, |end| end.why)
    }

    /// Returns the end of the node, if it has ended.
    pub(super) fn look(self: &Arc<Self>) -> Option<End> {
        let end = match self.find(self.state())? {
            Found::Marked(node) => self.end_below(node.recorded()),
            Found::Deadline(at) => self.end_at_deadline(at),
            Found::Moving(at, limit) => End { why: ContextError::deadline(limit), at: Some(at) },
            #[cfg(feature = "tokio-util")]
            Found::Token => End::plain(),
        };
        Some(end)
    }

    fn find(self: &Arc<Self>, state: u32) -> Option<Found<'_>> {
        if state & ENDED != 0 {
            return Some(Found::Marked(self));
        }
        if let Some(ancestor) = self.marked_ancestor(state) {
            return Some(Found::Marked(ancestor));
        }
        let moving = if state & ASKS_ROOT == 0 { None } else { self.ask_roots() };
        let deadline = self.fixed_deadline().filter(|at| Instant::now() >= *at);
        match (moving, deadline) {
            (Some(Found::Moving(at, limit)), Some(deadline)) if at <= deadline => Some(Found::Moving(at, limit)),
            (_, Some(deadline)) => Some(Found::Deadline(deadline)),
            (moving, None) => moving,
        }
    }

    /// Returns the nearest ended ancestor that would not have notified this node.
    #[inline]
    fn marked_ancestor(self: &Arc<Self>, state: u32) -> Option<&Arc<Self>> {
        let (mut node, mut state) = (self, state);
        let mut walked = 0;
        while state & LINKED == 0 {
            node = node.parent()?;
            state = node.state();
            if state & ENDED != 0 {
                return Some(node);
            }
            walked += 1;
            if walked > WALK {
                self.link();
                return Some(self).filter(|node| node.state() & ENDED != 0);
            }
        }
        None
    }

    /// Returns the end of a root that does not notify its descendants.
    #[cold]
    fn ask_roots(self: &Arc<Self>) -> Option<Found<'_>> {
        let mut found = None;
        self.each_above(|node| {
            #[cfg(feature = "tokio-util")]
            if matches!(&node.source, Source::Token(token) if token.is_cancelled()) {
                found.get_or_insert(Found::Token);
            }
            node.start_lingering();
            if let Some((at, limit)) = node.moving().and_then(Moving::passed) {
                let is_first = !matches!(&found, Some(Found::Moving(first, _)) if *first <= at);
                if is_first {
                    found = Some(Found::Moving(at, limit));
                }
            }
        });
        found
    }

    /// Visits this node and all its ancestors.
    fn each_above<'n>(self: &'n Arc<Self>, mut visit: impl FnMut(&'n Arc<Self>)) {
        let mut others = Vec::new();
        let mut next = Some(self);
        while let Some(node) = next {
            visit(node);
            if let Source::Merge(other) = &node.source {
                others.push(other);
            }
            next = node.parent().or_else(|| others.pop());
        }
    }

    /// Returns the ancestors whose deadline moves.
    pub(super) fn moving_roots(self: &Arc<Self>) -> Vec<&Arc<Self>> {
        let mut roots = Vec::new();
        self.each_above(|node| {
            if node.moving().is_some() {
                roots.push(node);
            }
        });
        roots
    }

    /// Returns the ancestors that stand for a token.
    #[cfg(feature = "tokio-util")]
    pub(super) fn token_roots(self: &Arc<Self>) -> Vec<&Arc<Self>> {
        let mut roots = Vec::new();
        self.each_above(|node| {
            if matches!(node.source, Source::Token(_)) {
                roots.push(node);
            }
        });
        roots
    }

    /// Returns whether this node has ended, or an ancestor has and this node is about to be
    /// marked.
    pub(crate) fn is_ending(self: &Arc<Self>) -> bool {
        let mut is_marked = false;
        self.each_above(|node| is_marked |= node.state() & ENDED != 0);
        is_marked || self.has_ended()
    }

    /// Returns the current earliest deadline of this node and its ancestors.
    pub(crate) fn deadline(self: &Arc<Self>) -> Option<Instant> {
        let mut deadline = self.fixed_deadline();
        if self.state() & ASKS_ROOT != 0 {
            self.each_above(|node| {
                node.start_lingering();
                deadline = earlier(deadline, node.moving().and_then(Moving::deadline));
            });
        }
        deadline
    }

    /// Starts the clock of a lingering node if the context before it has ended.
    pub(super) fn start_lingering(&self) {
        let Source::Linger(linger) = &self.source else { return };
        if linger.until.deadline().is_some() {
            return;
        }
        let Some(end) = linger.after.look() else { return };
        if let Some(at) = end.at.unwrap_or_else(Instant::now).checked_add(linger.limit) {
            linger.until.start(at, linger.label.clone());
        }
    }
}
