//! A shard of the table in which the observers of all nodes are, with a lock of its own. A thread
//! registers at its own shard, so that the calls of several threads under one parent do not meet.
//!
//! # Invariants
//!
//! 1. The observers of a node in a shard are a circle in the order in which they came. The node
//!    knows the first one, and has a bit set for each shard in which it ever had one
//!    ([`Node::claim`]).
//! 2. Ending a node sets `ENDED` and then empties its circle in each shard whose bit was set.
//!    Registering sets the bit under the lock of the shard and then looks for `ENDED`. The two are
//!    operations on one word, so one of them sees the other: no observer is missed.
//! 3. No user code runs under the lock: wakers are cloned before and dropped after, hooks and nodes
//!    are moved out.
//! 4. It is the innermost lock: nothing else is locked under it.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Waker;

use tokio::time::Instant;

use super::entries::{Due, Entries, Entry, Garbage};
use super::key::Key;
use super::node::Node;
use super::observer::Observer;
use super::schedule::{Schedule, Timer};
use crate::sync::{Mutex, lock};

/// The number of calls told under one lock, so that others get their turn.
const BATCH: usize = 512;

pub(crate) struct Shard {
    number: usize,
    entries: Mutex<Entries>,
    /// Changes before waiting calls are told that their deadline has passed.
    fired: AtomicU32,
}

/// What a look at the registration of a waiting call says.
#[derive(PartialEq, Eq)]
pub(crate) enum Found {
    /// It has this waker, and is scheduled in this runtime.
    Current,
    Outdated,
    /// It is registered no more: the node has ended.
    Gone,
}

impl Shard {
    pub(super) fn new(number: usize) -> Self {
        Self { number, entries: Mutex::new(Entries::new()), fired: AtomicU32::new(0) }
    }

    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Changes when a waiting call of this shard may have been told that its deadline has passed.
    #[inline]
    pub(crate) fn fired(&self) -> u32 {
        self.fired.load(Relaxed)
    }

    /// A deadline of this shard may have passed.
    pub(super) fn note_fired(&self) {
        self.fired.fetch_add(1, Relaxed);
    }

    /// Registers an observer of `node`, or of nothing, until `due`. Returns whether a timer has to
    /// be set for it; gives it back if the node has ended.
    #[inline]
    pub(crate) fn register(
        &self,
        node: Option<&Node>,
        observer: Observer,
        due: Option<Due>,
    ) -> Result<(Key, bool), Observer> {
        // Outside of the lock: it may allocate.
        let head = node.map(|node| &node.watched().heads.0[self.number]);
        self.locked(|entries| {
            if node.is_some_and(|node| !node.claim(self.number)) {
                return Err(observer);
            }
            let (entry, stamp) = entries.add(observer);
            if let Some(head) = head {
                entries.link(head, entry);
            }
            let is_late = due.is_some_and(|due| entries.schedule(entry, due));
            Ok((Key::new(self.number, entry, stamp), is_late))
        })
    }

    #[inline]
    pub(crate) fn find(&self, key: Key, waker: &Waker, due: Option<Due>) -> Found {
        let mut entries = lock(&self.entries);
        let entries = &mut *entries;
        let Some(entry) = entries.get(key) else { return Found::Gone };
        let is_known = matches!(&entry.observer, Some(Observer::Waiter(old)) if old.will_wake(waker));
        let schedule = entry.place.as_ref().map(|place| usize::from(place.schedule));
        let is_here = due.is_none_or(|due| schedule.is_some_and(|at| entries.schedules[at].runtime == due.runtime));
        if is_known && is_here { Found::Current } else { Found::Outdated }
    }

    /// Replaces the waker of a waiting call, and moves its deadline to the runtime of `due`.
    /// Returns whether a timer has to be set for it; `None` if it is registered no more.
    pub(crate) fn update(&self, key: Key, waker: Waker, due: Option<Due>) -> Option<bool> {
        self.locked(|entries| {
            let entry = entries.get(key);
            let Some(Entry { observer: Some(Observer::Waiter(old)), .. }) = entry else {
                entries.garbage.push(Garbage::Waker { _waker: waker });
                return None;
            };
            let old = std::mem::replace(old, waker);
            entries.garbage.push(Garbage::Waker { _waker: old });
            entries.unschedule(key.index());
            Some(due.is_some_and(|due| entries.schedule(key.index(), due)))
        })
    }

    /// Moves the deadline of a registration to the runtime of `due`. Returns whether a timer has to
    /// be set for it.
    pub(super) fn reschedule(&self, key: Key, due: Due) -> bool {
        self.locked(|entries| {
            if entries.get(key).is_none() {
                return false;
            }
            entries.unschedule(key.index());
            entries.schedule(key.index(), due)
        })
    }

    /// Takes an observer back. `None` if it was told, or is being told now.
    #[inline]
    pub(crate) fn remove(&self, node: Option<&Node>, key: Key) -> Option<Observer> {
        self.locked(|entries| entries.take(node, key))
    }

    /// Takes all observers of a node out, in the order in which they came.
    pub(super) fn drain(&self, node: &Node, tell: impl FnMut(Observer)) {
        if let Some(head) = node.head(self.number) {
            self.locked(|entries| entries.drain(head, tell));
        }
    }

    /// The observers whose deadline has passed, a number of them at a time, and the next deadline.
    pub(super) fn take_due(&self, runtime: u64, now: Instant) -> (Vec<Observer>, Option<Instant>) {
        self.note_fired();
        self.locked(|entries| {
            let mut due = Vec::new();
            let Some(number) = entries.schedule_of(runtime) else { return (due, None) };
            if let Some(timer) = entries.schedules[number].take_timer() {
                entries.garbage.push(Garbage::Timer { _timer: timer });
            }
            loop {
                match entries.first_due(number) {
                    Some((at, entry)) if at <= now && due.len() < BATCH => due.extend(entries.tell_due(entry)),
                    next => return (due, next.map(|(at, _)| at)),
                }
            }
        })
    }

    /// The runtime is gone: nothing waits in it any more.
    pub(super) fn forget_runtime(&self, runtime: u64) {
        self.locked(|entries| {
            let Some(number) = entries.schedule_of(runtime) else { return };
            while let Some((_, entry)) = entries.first_due(number) {
                entries.unschedule(entry);
            }
            let gone = std::mem::replace(&mut entries.schedules[number], Schedule::new(0));
            entries.garbage.push(Garbage::Schedule { _schedule: gone });
        });
    }

    /// The waker of the schedule of a runtime, if it was made. One of ours: its clone is no user
    /// code.
    pub(super) fn waker(&self, runtime: u64) -> Option<Waker> {
        let entries = lock(&self.entries);
        entries.schedules.iter().find(|schedule| schedule.runtime == runtime)?.waker.clone()
    }

    /// Hands over a timer that fires at `at`.
    pub(super) fn set_timer(&self, runtime: u64, at: Instant, timer: Timer, waker: Waker, is_clock_changed: bool) {
        self.locked(|entries| {
            let Some(number) = entries.schedule_of(runtime) else {
                entries.garbage.push(Garbage::Timer { _timer: timer });
                entries.garbage.push(Garbage::Waker { _waker: waker });
                return;
            };
            let schedule = &mut entries.schedules[number];
            let unneeded = schedule.set_timer(at, timer, is_clock_changed);
            let old = schedule.waker.replace(waker);
            entries.garbage.extend(unneeded.map(|timer| Garbage::Timer { _timer: timer }));
            entries.garbage.extend(old.map(|waker| Garbage::Waker { _waker: waker }));
        });
    }

    /// The number of observers of a node in this shard.
    #[cfg(test)]
    pub(super) fn count(&self, node: &Node) -> usize {
        node.head(self.number).map_or(0, |head| lock(&self.entries).count(head))
    }

    #[inline]
    fn locked<R>(&self, run: impl FnOnce(&mut Entries) -> R) -> R {
        let mut entries = lock(&self.entries);
        let result = run(&mut entries);
        if entries.garbage.is_empty() {
            return result;
        }
        let garbage = std::mem::take(&mut entries.garbage);
        drop(entries);
        drop(garbage);
        result
    }
}
