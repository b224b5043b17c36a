//! A [`Node`]: the state of a context that can end on its own.

use std::sync::Arc;
use std::sync::atomic::AtomicU32 as PlainU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire};
use std::time::Duration;

use once_cell::race::OnceBox;
use tokio::time::Instant;

use super::key::SHARDS;
use super::moving::Moving;
use super::watched::Watched;
use crate::error::ContextError;
use crate::limit::{CallLimit, Limit};
use crate::sync::AtomicU32;

/// The node has ended. Never cleared.
pub(crate) const ENDED: u32 = 1;
/// Set with `ENDED`: `Node::end` has the reason and the time. Otherwise cancelled without a cause.
pub(crate) const EXPLAINED: u32 = 1 << 1;
/// The node is linked to its parent or has none: its own state tells whether an ancestor has
/// ended.
pub(crate) const LINKED: u32 = 1 << 2;
/// The node has a fixed deadline, its own or inherited.
pub(crate) const TIMED: u32 = 1 << 3;
/// An ancestor may end without notifying: it stands for a token, or its deadline moves.
pub(crate) const ASKS_ROOT: u32 = 1 << 4;
/// A descendant has its own deadline, or starts its clock when this node ends, so the time of the
/// end is needed.
pub(crate) const TIME_MATTERS: u32 = 1 << 5;
/// The first of the bits that record, for each shard, whether it ever had an observer of this
/// node.
const SHARD: u32 = 1 << 8;

const _: () = assert!(SHARDS <= 24);

pub(crate) struct Node {
    pub(super) state: AtomicU32,
    /// For a limited call: the shard's `fired` counter when the limit had not passed yet.
    pub(crate) fired: PlainU32,
    pub(super) parent: Option<Arc<Node>>,
    /// The earliest fixed deadline of this node and its ancestors.
    deadline: Option<Instant>,
    pub(super) source: Source,
    /// Written once, before `EXPLAINED` is set.
    pub(super) end: OnceBox<End>,
    /// Allocated when something first waits on the node or a descendant; most nodes end before.
    watched: OnceBox<Watched>,
}

/// Ends a node, besides its canceller and its parent.
pub(crate) enum Source {
    Cancel,
    /// `Node::deadline` is this node's own.
    Limit(CallLimit),
    /// The moving deadline of a single flight.
    Flight(Box<Moving>),
    Linger(Box<Linger>),
    /// Ends with this node, too.
    Merge(Arc<Node>),
    #[cfg(feature = "tokio-util")]
    Token(tokio_util::sync::CancellationToken),
}

/// Ends a fixed time after another context.
pub(crate) struct Linger {
    pub(super) after: Arc<Node>,
    pub(super) limit: Duration,
    pub(super) label: Limit,
    pub(super) until: Moving,
}

/// Why a node ended, and when if that was needed.
#[derive(Clone)]
pub(crate) struct End {
    pub(crate) why: ContextError,
    pub(crate) at: Option<Instant>,
}

impl Node {
    #[inline]
    pub(crate) fn new(parent: Option<Arc<Node>>, source: Source, deadline: Option<Instant>) -> Self {
        let (state, deadline) = beginning(parent.as_ref(), &source, deadline);
        Self {
            state: AtomicU32::new(state),
            fired: PlainU32::new(0),
            parent,
            deadline,
            source,
            end: OnceBox::new(),
            watched: OnceBox::new(),
        }
    }

    /// Reinitializes an unshared node that has neither ended nor been observed.
    #[inline]
    pub(crate) fn set(&mut self, parent: Option<Arc<Node>>, source: Source, deadline: Option<Instant>) {
        let (state, deadline) = beginning(parent.as_ref(), &source, deadline);
        self.state = AtomicU32::new(state);
        self.deadline = deadline;
        self.parent = parent;
        self.source = source;
    }

    #[inline]
    pub(crate) fn state(&self) -> u32 {
        self.state.load(Acquire)
    }

    /// Returns the earliest fixed deadline of this node and its ancestors.
    #[inline]
    pub(crate) fn fixed_deadline(&self) -> Option<Instant> {
        self.deadline
    }

    #[inline]
    pub(crate) fn parent(&self) -> Option<&Arc<Node>> {
        self.parent.as_ref()
    }

    /// Returns the limit of this node itself.
    pub(crate) fn own_limit(&self) -> Option<&Limit> {
        match &self.source {
            Source::Limit(limit) => Some(limit),
            _ => None,
        }
    }

    /// Returns the node that set the fixed deadline. Of equal deadlines the outermost wins: it was
    /// set first.
    pub(crate) fn deadline_owner(self: &Arc<Self>) -> &Arc<Self> {
        let mut node = self;
        loop {
            let is_owner = |above: &&Arc<Self>| above.deadline == self.deadline;
            let above = match &node.source {
                Source::Merge(other) => node.parent.as_ref().filter(is_owner).or(Some(other)).filter(is_owner),
                _ => node.parent.as_ref().filter(is_owner),
            };
            match above {
                Some(above) => node = above,
                None => return node,
            }
        }
    }

    /// Returns the limit that set the fixed deadline.
    pub(crate) fn limit(self: &Arc<Self>) -> Option<&Limit> {
        self.deadline?;
        self.deadline_owner().own_limit()
    }

    #[inline]
    pub(crate) fn watched(&self) -> &Watched {
        self.watched.get_or_init(Box::default)
    }

    #[inline]
    pub(crate) fn watched_if_any(&self) -> Option<&Watched> {
        self.watched.get()
    }

    /// Returns the head of this node's ring of observers in a shard, if there ever was one.
    #[inline]
    pub(super) fn head(&self, shard: usize) -> Option<&PlainU32> {
        Some(&self.watched_if_any()?.heads.0[shard])
    }

    /// Returns the token that follows this node. Sets `is_new` if the caller must connect it.
    #[cfg(feature = "tokio-util")]
    pub(crate) fn token(&self, is_new: &mut bool) -> &tokio_util::sync::CancellationToken {
        self.watched().token.get_or_init(|| {
            *is_new = true;
            tokio_util::sync::CancellationToken::new()
        })
    }

    /// Records that the shard has observers of this node. Returns whether the node is still alive.
    /// The shard must be locked, so that either this call sees the end of the node, or the end
    /// finds the observer.
    #[inline]
    pub(super) fn claim(&self, shard: usize) -> bool {
        let bit = SHARD << shard;
        let mut state = self.state();
        if state & bit == 0 {
            state = self.state.fetch_or(bit, AcqRel);
        }
        state & ENDED == 0
    }

    /// Returns the deadline of this node, if it is a moving one.
    pub(super) fn moving(&self) -> Option<&Moving> {
        match &self.source {
            Source::Flight(until) => Some(until),
            Source::Linger(linger) => Some(&linger.until),
            _ => None,
        }
    }

    /// Releases everything that an unused node refers to.
    pub(crate) fn clear(&mut self) {
        self.parent = None;
        self.source = Source::Cancel;
    }

    /// Returns whether nothing was ever registered, so that the node can be reused.
    pub(crate) fn is_untouched(&self) -> bool {
        self.state() & !(LINKED | TIMED | ASKS_ROOT | TIME_MATTERS) == 0 && self.watched.get().is_none()
    }
}

/// Returns the initial state of a node and its earliest fixed deadline.
#[inline]
fn beginning(parent: Option<&Arc<Node>>, source: &Source, own: Option<Instant>) -> (u32, Option<Instant>) {
    let above = parent.map_or(0, |parent| parent.state());
    let mut state = above & ASKS_ROOT;
    let mut deadline = earlier(own, parent.and_then(|parent| parent.deadline));
    match source {
        Source::Cancel | Source::Limit(_) => {}
        Source::Flight(_) | Source::Linger(_) => state |= ASKS_ROOT,
        Source::Merge(other) => {
            state |= other.state() & ASKS_ROOT;
            deadline = earlier(deadline, other.deadline);
        }
        #[cfg(feature = "tokio-util")]
        Source::Token(_) => state |= ASKS_ROOT,
    }
    if own.is_some() && parent.is_some() && above & TIME_MATTERS == 0 {
        time_matters(parent);
    }
    if deadline.is_some() {
        state |= TIMED;
    }
    if parent.is_none() {
        state |= LINKED;
    }
    (state, deadline)
}

/// Returns the shards in which a node with this state was ever observed.
pub(super) fn shards(state: u32) -> impl Iterator<Item = usize> {
    (0..SHARDS).filter(move |shard| state & (SHARD << shard) != 0)
}

/// Records in a node and its ancestors that descendants need the time of their end.
#[cold]
pub(super) fn time_matters(node: Option<&Arc<Node>>) {
    let mut others = Vec::new();
    let mut next = node;
    while let Some(node) = next {
        if node.state() & TIME_MATTERS == 0 {
            node.state.fetch_or(TIME_MATTERS, AcqRel);
            if let Source::Merge(other) = &node.source {
                others.push(other);
            }
            next = node.parent.as_ref().or_else(|| others.pop());
        } else {
            next = others.pop();
        }
    }
}

pub(super) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
