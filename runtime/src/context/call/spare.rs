//! A per-thread cache of nodes for limited calls. Most calls end before anything uses their
//! context, and allocating a node would be most of their cost.

use std::cell::RefCell;
use std::sync::Arc;

use tokio::time::Instant;

use crate::context::tree::node::{Node, Source};

/// The capacity of the cache: calls nested deeper than this allocate.
const KEEP: usize = 16;

thread_local! {
    static SPARE: RefCell<Vec<Arc<Node>>> = const { RefCell::new(Vec::new()) };
}

/// Returns a node, from the cache if possible.
#[inline]
pub(crate) fn take(parent: Option<Arc<Node>>, source: Source, deadline: Option<Instant>) -> Arc<Node> {
    let spare = SPARE.try_with(|spare| spare.borrow_mut().pop()).ok().flatten();
    if let Some(mut node) = spare
        && let Some(unique) = Arc::get_mut(&mut node)
    {
        unique.set(parent, source, deadline);
        return node;
    }
    Arc::new(Node::new(parent, source, deadline))
}

/// Puts the node of a finished call into the cache, or returns it if the node is still in use.
#[inline]
pub(crate) fn keep(mut node: Arc<Node>) -> Option<Arc<Node>> {
    match Arc::get_mut(&mut node) {
        Some(unique) if unique.is_untouched() => unique.clear(),
        _ => return Some(node),
    }
    // The cache of a thread that is exiting is gone.
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if spare.len() < KEEP {
            spare.push(node);
        }
    });
    None
}
