//! Nodes that a thread keeps for its next limited calls: most are over before anybody looks at
//! their context, and then allocating one would be most of the call.

use std::cell::RefCell;
use std::sync::Arc;

use tokio::time::Instant;

use crate::context::tree::node::{Node, Source};

/// The number of nodes that a thread keeps: calls nested deeper than this allocate.
const KEEP: usize = 16;

thread_local! {
    static SPARE: RefCell<Vec<Arc<Node>>> = const { RefCell::new(Vec::new()) };
}

/// A new node.
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

/// Keeps the node of a call that is done for the next one, if nobody has seen it. Gives it back
/// otherwise.
#[inline]
pub(crate) fn keep(mut node: Arc<Node>) -> Option<Arc<Node>> {
    match Arc::get_mut(&mut node) {
        Some(unique) if unique.is_untouched() => unique.clear(),
        _ => return Some(node),
    }
    // A thread that is ending keeps nothing.
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if spare.len() < KEEP {
            spare.push(node);
        }
    });
    None
}
