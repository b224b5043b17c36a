//! Registers observers of the end of a node.

use std::sync::Arc;
use std::task::Waker;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::arm::{Need, set_timer};
use super::entries::Due;
use super::key::Key;
use super::node::{ASKS_ROOT, LINKED, Node, TIMED};
use super::observer::{Hook, Observer};
use super::runtime;
use super::shard::Found;
use super::table;
use crate::error::ContextError;
use crate::limit::Limit;

/// A call's own limit, besides the end of a node.
#[derive(Clone, Copy)]
pub(crate) struct OwnLimit<'l> {
    pub(crate) at: Instant,
    pub(crate) limit: &'l Limit,
}

impl OwnLimit<'_> {
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    #[inline]
    fn due(self) -> Due {
        Due { runtime: runtime::required(Some(self.limit)), at: self.at, length: self.limit.duration }
    }
}

impl Node {
    /// Registers a waiting call. Returns `None` if the node has ended.
    ///
    /// # Panics
    ///
    /// If there is a deadline and the caller is outside of a Tokio runtime with timers enabled.
    #[inline]
    pub(crate) fn wait(self: &Arc<Self>, waker: &Waker) -> Option<Key> {
        self.prepare(Need::Wait)?;
        let registered = table::own_shard().register(Some(self), waker.clone(), None);
        registered.ok().map(|(key, _)| key)
    }

    /// Links the node, and arms in this runtime whatever ends the node without a canceller.
    /// Returns `None` if the node has ended.
    #[inline]
    fn prepare(self: &Arc<Self>, need: Need) -> Option<()> {
        if self.state() & (LINKED | TIMED | ASKS_ROOT) != LINKED {
            self.link();
            self.arm(need);
            // A root that does not notify may have ended before.
            if self.state() & ASKS_ROOT != 0 && self.has_ended() {
                return None;
            }
        }
        Some(())
    }

    /// Registers a hook. Returns it if the node has ended.
    pub(crate) fn hook(self: &Arc<Self>, run: Box<dyn FnOnce(ContextError) + Send>) -> Result<Key, Box<Hook>> {
        let mut hook = Box::new(Hook { run, runtime: None });
        if self.prepare(Need::Hook).is_none() {
            return Err(hook);
        }
        if self.state() & (TIMED | ASKS_ROOT) != 0 {
            hook.runtime = Handle::try_current().ok();
        }
        match table::own_shard().register(Some(self), Observer::Hook(hook), None) {
            Ok((key, _)) => Ok(key),
            Err(Observer::Hook(hook)) => Err(hook),
            Err(_) => unreachable!("a refused observer is returned"),
        }
    }

    /// Removes a registration. Returns false if it was notified or is being notified now.
    #[inline]
    pub(crate) fn forget(&self, key: Key) -> bool {
        table::shard(key.shard()).remove(Some(self), key).is_some()
    }

    /// Updates a registration that is polled again. Returns false if the node has ended.
    #[inline]
    pub(crate) fn wait_again(self: &Arc<Self>, key: Key, waker: &Waker) -> bool {
        if self.state() & (TIMED | ASKS_ROOT) != 0 {
            self.arm(Need::Wait);
        }
        wait_again(key, waker, None)
    }

    /// Returns the number of observers.
    #[cfg(test)]
    pub(crate) fn observers(&self) -> usize {
        super::node::shards(self.state()).map(|shard| table::shard(shard).count(self)).sum()
    }
}

/// Registers a call that waits for its own limit and for the end of `node`, if given. Returns
/// `None` if `node` has ended.
///
/// # Panics
///
/// Outside of a Tokio runtime with timers enabled.
#[inline]
pub(crate) fn wait_limited(node: Option<&Arc<Node>>, own: OwnLimit<'_>, waker: &Waker) -> Option<Key> {
    if let Some(node) = node
        && node.state() & (LINKED | ASKS_ROOT) != LINKED
    {
        // Its fixed deadline is not earlier than the limit.
        node.link();
        if node.state() & ASKS_ROOT != 0 {
            node.arm_roots(Need::Wait);
            if node.has_ended() {
                return None;
            }
        }
    }
    let due = own.due();
    let shard = table::own_shard();
    let (key, is_late) = shard.register(node.map(|node| &**node), waker.clone(), Some(due)).ok()?;
    if is_late {
        set_first_timer(node, key, due);
    }
    Some(key)
}

#[cold]
fn set_first_timer(node: Option<&Arc<Node>>, key: Key, due: Due) {
    // A runtime without timers panics; the registration is then removed.
    let registered = scopeguard::guard((), |()| forget_limited(node, key));
    set_timer(key, due);
    scopeguard::ScopeGuard::into_inner(registered);
}

/// Updates the registration of a call that is polled again. Returns false if its node has ended.
pub(crate) fn wait_again(key: Key, waker: &Waker, own: Option<OwnLimit<'_>>) -> bool {
    let due = own.map(OwnLimit::due);
    let shard = table::shard(key.shard());
    match shard.find(key, waker, due) {
        Found::Current => true,
        Found::Gone => false,
        Found::Outdated => match shard.update(key, waker.clone(), due) {
            None => false,
            Some(is_late) => {
                if let Some(due) = due.filter(|_| is_late) {
                    set_timer(key, due);
                }
                true
            }
        },
    }
}

/// Returns a counter that changes when the deadline of the call registered under `key` may have
/// passed.
#[inline]
pub(crate) fn fired(key: Key) -> u32 {
    table::shard(key.shard()).fired()
}

/// Removes the registration of a limited call.
#[inline]
pub(crate) fn forget_limited(node: Option<&Arc<Node>>, key: Key) {
    drop(table::shard(key.shard()).remove(node.map(|node| &**node), key));
}
