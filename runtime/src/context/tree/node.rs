//! A [`Node`]: one for each context that can end on its own.

use std::sync::Arc;
use std::sync::atomic::AtomicU32 as PlainU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire};
use std::time::Duration;

use once_cell::race::OnceBox;
use tokio::time::Instant;

use super::key::SHARDS;
use super::moving::Moving;
use super::watched::Watched;
use crate::error::{CallLimit, ContextError, Limit};
use crate::sync::AtomicU32;

/// The node has ended. Never cleared.
pub(crate) const ENDED: u32 = 1;
/// Comes with `ENDED`: `Node::end` says why and when. Without it: cancelled without a cause.
pub(crate) const EXPLAINED: u32 = 1 << 1;
/// The state of this node alone says whether an ancestor has ended: it is linked to its parent, or
/// has none.
pub(crate) const LINKED: u32 = 1 << 2;
/// Has a fixed deadline, its own or inherited.
pub(crate) const TIMED: u32 = 1 << 3;
/// An ancestor may end without telling: it stands for a token, or its deadline moves.
pub(crate) const ASKS_ROOT: u32 = 1 << 4;
/// A descendant has a deadline of its own, or starts its clock when this node ends: the time of the
/// end matters.
pub(crate) const TIME_MATTERS: u32 = 1 << 5;
/// From here on, a bit for each shard of the table in which an observer of this node was ever
/// registered.
const SHARD: u32 = 1 << 8;

const _: () = assert!(SHARDS <= 24);

pub(crate) struct Node {
    pub(super) state: AtomicU32,
    /// Of a limited call: the state of the table's shard when the limit had not passed.
    pub(crate) fired: PlainU32,
    pub(super) parent: Option<Arc<Node>>,
    /// The earliest fixed deadline among this node and its ancestors.
    deadline: Option<Instant>,
    pub(super) source: Source,
    /// Written once, before `EXPLAINED` is set.
    pub(super) end: OnceBox<End>,
    /// Made when something first waits on the node or below it: most nodes are finished before.
    watched: OnceBox<Watched>,
}

/// What ends a node besides its canceller and its parent.
pub(crate) enum Source {
    Cancel,
    /// `Node::deadline` is this node's own.
    Limit(CallLimit),
    /// That of a single flight, whose callers come and go.
    Flight(Box<Moving>),
    Linger(Box<Linger>),
    /// Ends with this one, too.
    Merge(Arc<Node>),
    #[cfg(feature = "tokio-util")]
    Token(tokio_util::sync::CancellationToken),
}

/// Ends some time after another context has.
pub(crate) struct Linger {
    pub(super) after: Arc<Node>,
    pub(super) limit: Duration,
    pub(super) label: Limit,
    pub(super) until: Moving,
}

/// Why a node ended, and when, if that was needed.
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

    /// Makes a new node of one that nobody else has, and that has neither ended nor been observed.
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

    /// The earliest fixed deadline from here to the root.
    #[inline]
    pub(crate) fn fixed_deadline(&self) -> Option<Instant> {
        self.deadline
    }

    #[inline]
    pub(crate) fn parent(&self) -> Option<&Arc<Node>> {
        self.parent.as_ref()
    }

    /// The limit that this node sets itself.
    pub(crate) fn own_limit(&self) -> Option<&Limit> {
        match &self.source {
            Source::Limit(limit) => Some(limit),
            _ => None,
        }
    }

    /// What set the fixed deadline. Of equal deadlines the outermost: it was there first.
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

    /// The limit that set the fixed deadline.
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

    /// Where the circle of this node's observers in a shard begins, if there ever were any.
    #[inline]
    pub(super) fn head(&self, shard: usize) -> Option<&PlainU32> {
        Some(&self.watched_if_any()?.heads.0[shard])
    }

    /// The token that follows this node. `is_new` is set if the caller has to see to that.
    #[cfg(feature = "tokio-util")]
    pub(crate) fn token(&self, is_new: &mut bool) -> &tokio_util::sync::CancellationToken {
        self.watched().token.get_or_init(|| {
            *is_new = true;
            tokio_util::sync::CancellationToken::new()
        })
    }

    /// Marks the shard as one with observers of this node. Returns whether the node is still alive:
    /// under the lock of the shard, so that the end of the node either is seen here or finds the
    /// observer.
    #[inline]
    pub(super) fn claim(&self, shard: usize) -> bool {
        let bit = SHARD << shard;
        let mut state = self.state();
        if state & bit == 0 {
            state = self.state.fetch_or(bit, AcqRel);
        }
        state & ENDED == 0
    }

    /// The deadline of this node, if it is one that moves.
    pub(super) fn moving(&self) -> Option<&Moving> {
        match &self.source {
            Source::Flight(until) => Some(until),
            Source::Linger(linger) => Some(&linger.until),
            _ => None,
        }
    }

    /// Lets go of everything that a node keeps which nobody uses.
    pub(crate) fn clear(&mut self) {
        self.parent = None;
        self.source = Source::Cancel;
    }

    /// Whether nothing was ever registered, and the node can be used again.
    pub(crate) fn is_untouched(&self) -> bool {
        self.state() & !(LINKED | TIMED | ASKS_ROOT | TIME_MATTERS) == 0 && self.watched.get().is_none()
    }
}

/// The state in which a node begins, and its earliest fixed deadline.
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

/// The shards in which a node with this state was ever observed.
pub(super) fn shards(state: u32) -> impl Iterator<Item = usize> {
    (0..SHARDS).filter(move |shard| state & (SHARD << shard) != 0)
}

/// Tells a node and its ancestors that the time of their end matters to what is derived from them.
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
