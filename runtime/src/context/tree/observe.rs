//! Registers who waits for a node to end.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::task::Waker;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::entries::Due;
use super::key::Key;
use super::moving::Moving;
use super::node::{ASKS_ROOT, Alarm, LINKED, Node, Source, TIMED};
use super::observer::{Hook, Observer};
use super::shard::Found;
use super::table;
use super::{runtime, timer};
use crate::error::{ContextError, Limit};
use crate::sync::lock;

/// A limit of a call's own, beside the end of a node.
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
    /// Registers a waiting call. `None` if the node has ended.
    ///
    /// # Panics
    ///
    /// If there is a deadline, outside of a Tokio runtime whose timers are enabled.
    #[inline]
    pub(crate) fn wait(self: &Arc<Self>, waker: &Waker) -> Option<Key> {
        self.prepare(Need::Wait)?;
        let registered = table::own_shard().register(Some(self), Observer::Waiter(waker.clone()), None);
        registered.ok().map(|(key, _)| key)
    }

    /// Links the node, and sees to it that whatever ends it without a canceller is waited for in this runtime. `None` if
    /// it has ended.
    #[inline]
    fn prepare(self: &Arc<Self>, need: Need) -> Option<()> {
        if self.state() & (LINKED | TIMED | ASKS_ROOT) != LINKED {
            self.link();
            self.arm(need);
            // A root that does not tell may have ended before.
            if self.state() & ASKS_ROOT != 0 && self.has_ended() {
                return None;
            }
        }
        Some(())
    }

    /// Registers a hook, or gives it back if the node has ended.
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
            Err(_) => unreachable!("what is refused is given back"),
        }
    }

    /// Takes a registration back. Returns false if it was told, or is being told now.
    #[inline]
    pub(crate) fn forget(&self, key: Key) -> bool {
        table::shard(key.shard()).remove(Some(self), key).is_some()
    }

    /// Looks after a registration that is polled again. Returns false if the node has ended.
    #[inline]
    pub(crate) fn wait_again(self: &Arc<Self>, key: Key, waker: &Waker) -> bool {
        if self.state() & (TIMED | ASKS_ROOT) != 0 {
            self.arm(Need::Wait);
        }
        wait_again(key, waker, None)
    }

    fn arm(self: &Arc<Self>, need: Need) {
        if self.state() & TIMED != 0 {
            self.deadline_owner().arm_deadline(need);
        }
        if self.state() & ASKS_ROOT != 0 {
            self.arm_roots(need);
        }
    }

    /// The number of observers.
    #[cfg(test)]
    pub(crate) fn observers(&self) -> usize {
        super::node::shards(self.state()).map(|shard| table::shard(shard).count(self)).sum()
    }

    fn arm_deadline(self: &Arc<Self>, need: Need) {
        let Some(at) = self.fixed_deadline() else { return };
        let Some(runtime) = need.runtime(self.own_limit()) else { return };
        let watched = self.watched();
        if watched.armed.load(Acquire) == runtime {
            return;
        }
        let shard = table::own_shard();
        let due = Due { runtime, at, length: self.own_limit().and_then(|limit| limit.duration) };
        let mut links = lock(&watched.links);
        let known = links.alarms.iter().find_map(|(known, alarm)| match alarm {
            Alarm::Timer(key) if *known == runtime => Some((*key, true)),
            _ => None,
        });
        let (key, is_late) = known.unwrap_or_else(|| {
            let registered = shard.register(None, Observer::Deadline(Arc::downgrade(self)), Some(due));
            let Ok(registered) = registered else { unreachable!("only a node refuses") };
            links.alarms.push((runtime, Alarm::Timer(registered.0)));
            registered
        });
        drop(links);
        if is_late {
            // It may panic: then it is tried again by whoever waits next.
            set_timer(key, due);
        }
        watched.armed.store(runtime, Release);
    }

    #[cold]
    fn arm_roots(self: &Arc<Self>, need: Need) {
        for root in self.moving_roots() {
            match root.source {
                Source::Linger(_) => root.arm_lingering(need),
                _ => root.arm_flight(need),
            }
        }
        #[cfg(feature = "tokio-util")]
        for root in self.token_roots() {
            super::token::arm(root);
        }
    }

    /// Sets a timer for the deadline of a single flight as it is now.
    fn arm_flight(self: &Arc<Self>, need: Need) {
        let Some(at) = self.moving().and_then(Moving::deadline) else { return };
        let Some(runtime) = need.runtime(None) else { return };
        let due = Due { runtime, at, length: None };
        let mut links = lock(&self.watched().links);
        if links.alarms.iter().any(|(known, _)| *known == runtime) {
            return;
        }
        let registered = table::own_shard().register(None, Observer::Deadline(Arc::downgrade(self)), Some(due));
        let Ok((key, is_late)) = registered else { unreachable!("only a node refuses") };
        links.alarms.push((runtime, Alarm::Timer(key)));
        drop(links);
        if is_late {
            set_timer(key, due);
        }
    }

    /// The timer of a deadline fired that has moved on since.
    #[cold]
    pub(super) fn arm_again(self: &Arc<Self>) {
        if self.moving().is_some() {
            self.disarm();
            self.arm_flight(Need::Hook);
        }
    }

    fn arm_lingering(self: &Arc<Self>, need: Need) {
        let Some(runtime) = need.runtime(None) else { return };
        let watched = self.watched();
        {
            let mut links = lock(&watched.links);
            if links.alarms.iter().any(|(known, _)| *known == runtime) {
                return;
            }
            links.alarms.push((runtime, Alarm::Later(Handle::current())));
        }
        self.link_to_other();
        if let Source::Linger(linger) = &self.source {
            // Its deadline starts the clock.
            linger.after.arm(need);
        }
        self.start_lingering();
        if self.moving().and_then(Moving::deadline).is_some() {
            // The clock started before this wait was known.
            Arc::clone(self).begin_lingering();
        }
    }
}

/// Who needs a timer.
#[derive(Clone, Copy)]
enum Need {
    /// A call that waits: without a runtime it would hang.
    Wait,
    /// A hook: without a runtime, only a canceller calls it.
    Hook,
}

impl Need {
    fn runtime(self, limit: Option<&Limit>) -> Option<u64> {
        match self {
            Self::Wait => runtime::for_wait(limit),
            Self::Hook => runtime::current(),
        }
    }
}

/// Registers a call that waits until its own limit has passed, and for the end of `node`, if there is one. `None` if
/// that has ended.
///
/// # Panics
///
/// Outside of a Tokio runtime whose timers are enabled.
#[inline]
pub(crate) fn wait_limited(node: Option<&Arc<Node>>, own: OwnLimit<'_>, waker: &Waker) -> Option<Key> {
    if let Some(node) = node
        && node.state() & (LINKED | ASKS_ROOT) != LINKED
    {
        // Its fixed deadline is not before the limit.
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
    let waiter = Observer::Waiter(waker.clone());
    let (key, is_late) = shard.register(node.map(|node| &**node), waiter, Some(due)).ok()?;
    if is_late {
        set_first_timer(node, key, due);
    }
    Some(key)
}

#[cold]
fn set_first_timer(node: Option<&Arc<Node>>, key: Key, due: Due) {
    // A runtime without timers panics: then the registration must not stay.
    let registered = scopeguard::guard((), |()| forget_limited(node, key));
    set_timer(key, due);
    scopeguard::ScopeGuard::into_inner(registered);
}

fn set_timer(key: Key, due: Due) {
    let shard = table::shard(key.shard());
    if let Err(current) = timer::set(shard.number(), due.runtime, due.at) {
        // The task has entered another runtime than its own, which is where Tokio's timers are then.
        let due = Due { runtime: current, ..due };
        if shard.reschedule(key, due) {
            let _ = timer::set(shard.number(), current, due.at);
        }
    }
}

/// Looks after the registration of a call that is polled again. Returns false if its node has ended.
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

/// Changes when the deadline of a call may have passed that is registered under this key.
#[inline]
pub(crate) fn fired(key: Key) -> u32 {
    table::shard(key.shard()).fired()
}

/// Takes the registration of a limited call back.
#[inline]
pub(crate) fn forget_limited(node: Option<&Arc<Node>>, key: Key) {
    drop(table::shard(key.shard()).remove(node.map(|node| &**node), key));
}
