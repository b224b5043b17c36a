//! Links nodes to their parents, so that they are notified of the end of each ancestor.
//!
//! A node is linked when something first waits on it or a descendant, outermost ancestor first.
//! Only linked nodes have observers. Nothing here is recursive.

use std::sync::Arc;
use std::sync::atomic::Ordering::AcqRel;
use std::time::Duration;

use super::moving::Moving;
use super::node::{ENDED, LINKED, Linger, Node, Source, time_matters};
use super::observer::Observer;
use super::table;
use crate::limit::Limit;
use crate::sync::lock;

impl Node {
    /// Creates a node that ends when `one` or `other` does. Linked at once, because a look follows
    /// only one of its two parents.
    pub(crate) fn merged(one: &Arc<Self>, other: &Arc<Self>) -> Arc<Self> {
        let node = Arc::new(Self::new(Some(one.clone()), Source::Merge(other.clone()), None));
        node.link();
        node.link_to_other();
        node
    }

    /// Creates a node that ends `limit` after `after` does.
    pub(crate) fn lingering(after: &Arc<Self>, label: Limit, limit: Duration) -> Arc<Self> {
        // Makes `after` and its ancestors record the time of their end.
        time_matters(Some(after));
        let linger = Linger { after: after.clone(), limit, label, until: Moving::unknown() };
        let node = Arc::new(Self::new(None, Source::Linger(Box::new(linger)), None));
        node.start_lingering();
        node
    }

    /// Links this node and its ancestors, outermost first. Marks a node whose ancestor has ended
    /// instead: it has no observers to notify yet.
    #[inline]
    pub(super) fn link(self: &Arc<Self>) {
        if self.state() & (LINKED | ENDED) == 0 {
            self.link_chain();
        }
    }

    #[cold]
    #[inline(never)]
    fn link_chain(self: &Arc<Self>) {
        let is_settled = |node: &&Arc<Self>| node.state() & (LINKED | ENDED) != 0;
        let parent_is_settled = self.parent.as_ref().is_none_or(|parent| is_settled(&parent));
        if parent_is_settled {
            return self.link_to_parent();
        }
        let mut chain = vec![self];
        while let Some(parent) = chain[chain.len() - 1].parent.as_ref().filter(|parent| !is_settled(parent)) {
            chain.push(parent);
        }
        for node in chain.into_iter().rev() {
            node.link_to_parent();
        }
    }

    fn link_to_parent(self: &Arc<Self>) {
        let Some(parent) = &self.parent else { return };
        let mut links = lock(&self.watched().links);
        if self.state() & (LINKED | ENDED) != 0 {
            return;
        }
        match table::own_shard().register(Some(parent), Observer::Child(Arc::downgrade(self)), None) {
            Ok((key, _)) => {
                links.parent = Some(key);
                self.state.fetch_or(LINKED, AcqRel);
            }
            Err(_) => {
                self.mark(&self.end_below(parent.recorded()));
            }
        }
    }

    /// Links a node permanently to the other context that it depends on.
    pub(super) fn link_to_other(self: &Arc<Self>) {
        let (other, observer) = match &self.source {
            Source::Merge(other) => (other, Observer::Child(Arc::downgrade(self))),
            Source::Linger(linger) => (&linger.after, Observer::Linger(Arc::downgrade(self))),
            _ => return,
        };
        other.link();
        let mut links = lock(&self.watched().links);
        if links.other.is_some() {
            return;
        }
        match table::own_shard().register(Some(other), observer, None) {
            Ok((key, _)) => links.other = Some(key),
            Err(Observer::Child(_)) => {
                self.mark(&self.end_below(other.recorded()));
            }
            Err(_) => {}
        }
    }
}
