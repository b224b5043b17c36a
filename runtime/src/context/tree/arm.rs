//! Arms whatever ends a node without a canceller, in each runtime in which something waits.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};

use tokio::runtime::Handle;

use super::entries::Due;
use super::key::Key;
use super::moving::Moving;
use super::node::{ASKS_ROOT, Node, Source, TIMED};
use super::observer::Observer;
use super::watched::Alarm;
use super::{runtime, table, timer};
use crate::limit::Limit;
use crate::sync::lock;

impl Node {
    pub(super) fn arm(self: &Arc<Self>, need: Need) {
        if self.state() & TIMED != 0 {
            self.deadline_owner().arm_deadline(need);
        }
        if self.state() & ASKS_ROOT != 0 {
            self.arm_roots(need);
        }
    }

    fn arm_deadline(self: &Arc<Self>, need: Need) {
        let Some(at) = self.fixed_deadline() else { return };
        let Some(runtime) = need.runtime(self.own_limit()) else { return };
        let watched = self.watched();
        if watched.armed.load(Acquire) == runtime {
            return;
        }
        let due = Due { runtime, at, length: self.own_limit().and_then(|limit| limit.duration) };
        let mut links = lock(&watched.links);
        let known = links.alarms.iter().find_map(|(known, alarm)| match alarm {
            Alarm::Timer(key) if *known == runtime => Some((*key, true)),
            _ => None,
        });
        let (key, is_late) = known.unwrap_or_else(|| {
            let (key, is_late) = self.register_deadline(due);
            links.alarms.push((runtime, Alarm::Timer(key)));
            (key, is_late)
        });
        drop(links);
        if is_late {
            // May panic; then the next waiter tries again.
            set_timer(key, due);
        }
        watched.armed.store(runtime, Release);
    }

    /// Registers this node for its deadline. Also returns whether a timer must be set.
    fn register_deadline(self: &Arc<Self>, due: Due) -> (Key, bool) {
        let registered = table::own_shard().register(None, Observer::Deadline(Arc::downgrade(self)), Some(due));
        registered.unwrap_or_else(|_| unreachable!("only a registration with a node is refused"))
    }

    #[cold]
    pub(super) fn arm_roots(self: &Arc<Self>, need: Need) {
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

    /// Sets a timer for the current deadline of a single flight.
    fn arm_flight(self: &Arc<Self>, need: Need) {
        let Some(at) = self.moving().and_then(Moving::deadline) else { return };
        let Some(runtime) = need.runtime(None) else { return };
        let due = Due { runtime, at, length: None };
        let mut links = lock(&self.watched().links);
        if links.alarms.iter().any(|(known, _)| *known == runtime) {
            return;
        }
        let (key, is_late) = self.register_deadline(due);
        links.alarms.push((runtime, Alarm::Timer(key)));
        drop(links);
        if is_late {
            set_timer(key, due);
        }
    }

    /// Sets the timer again after it fired for a deadline that has moved.
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
            // The clock started before this wait was registered.
            Arc::clone(self).begin_lingering();
        }
    }
}

/// The kind of observer that needs a timer.
#[derive(Clone, Copy)]
pub(super) enum Need {
    /// A waiting call, which would hang without a runtime.
    Wait,
    /// A hook. Without a runtime only a canceller calls it.
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

pub(super) fn set_timer(key: Key, due: Due) {
    let shard = table::shard(key.shard());
    if let Err(current) = timer::set(shard.number(), due.runtime, due.at) {
        // The task has entered a runtime other than its own, where Tokio's timers are now.
        let due = Due { runtime: current, ..due };
        if shard.reschedule(key, due) {
            let _ = timer::set(shard.number(), current, due.at);
        }
    }
}
