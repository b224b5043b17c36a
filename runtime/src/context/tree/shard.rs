//! A shard of the table of observers, with its own lock. A thread registers in its own shard, so
//! that calls of several threads under one parent do not contend.
//!
//! # Invariants
//!
//! 1. The observers of a node in a shard form a ring in order of registration. The node stores the
//!    first one, and has a bit set for each shard that ever had one ([`Node::claim`]).
//! 2. Ending a node sets `ENDED` and then empties its ring in each shard whose bit is set.
//!    Registering sets the bit under the shard's lock and then checks `ENDED`. Both operate on one
//!    atomic word, so one of them sees the other, and no observer is missed.
//! 3. No user code runs under the lock: wakers are cloned before and dropped after it, hooks and
//!    nodes are moved out.
//! 4. It is the innermost lock: no other lock is taken under it.

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

/// The number of calls notified under one lock, so that other threads get their turn.
const BATCH: usize = 512;

pub(crate) struct Shard {
    number: usize,
    entries: Mutex<Entries>,
    /// Incremented before waiting calls are notified that their deadline has passed.
    fired: AtomicU32,
}

/// The state of a waiting call's registration.
#[derive(PartialEq, Eq)]
pub(crate) enum Found {
    /// Has this waker and is scheduled in this runtime.
    Current,
    Outdated,
    /// No longer registered: the node has ended.
    Gone,
}

impl Shard {
    pub(super) fn new(number: usize) -> Self {
        Self { number, entries: Mutex::new(Entries::new()), fired: AtomicU32::new(0) }
    }

    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Returns a counter that changes when a deadline in this shard may have passed.
    #[inline]
    pub(crate) fn fired(&self) -> u32 {
        self.fired.load(Relaxed)
    }

    /// Records that a deadline in this shard may have passed.
    pub(super) fn note_fired(&self) {
        self.fired.fetch_add(1, Relaxed);
    }

    /// Registers an observer of `node`, if given, until `due`. Returns whether a timer must be
    /// set, or the observer if the node has ended.
    #[inline]
    pub(crate) fn register<O: Into<Observer>>(
        &self,
        node: Option<&Node>,
        observer: O,
        due: Option<Due>,
    ) -> Result<(Key, bool), O> {
        // Outside of the lock, because it may allocate.
        let head = node.map(|node| &node.watched().heads.0[self.number]);
        self.locked(|entries| {
            if node.is_some_and(|node| !node.claim(self.number)) {
                return Err(observer);
            }
            let (entry, generation) = entries.add(observer.into());
            if let Some(head) = head {
                entries.link(head, entry);
            }
            let is_late = due.is_some_and(|due| entries.schedule(entry, due));
            Ok((Key::new(self.number, entry, generation), is_late))
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

    /// Replaces the waker of a waiting call and moves its deadline to the runtime of `due`.
    /// Returns whether a timer must be set, or `None` if the call is no longer registered.
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

    /// Moves the deadline of a registration to the runtime of `due`. Returns whether a timer must
    /// be set.
    pub(super) fn reschedule(&self, key: Key, due: Due) -> bool {
        self.locked(|entries| {
            if entries.get(key).is_none() {
                return false;
            }
            entries.unschedule(key.index());
            entries.schedule(key.index(), due)
        })
    }

    /// Removes an observer. Returns `None` if it was notified or is being notified now.
    #[inline]
    pub(crate) fn remove(&self, node: Option<&Node>, key: Key) -> Option<Observer> {
        self.locked(|entries| entries.take(node, key))
    }

    /// Removes all observers of a node, in order of registration.
    pub(super) fn drain(&self, node: &Node, notify: impl FnMut(Observer)) {
        if let Some(head) = node.head(self.number) {
            self.locked(|entries| entries.drain(head, notify));
        }
    }

    /// Returns a batch of observers whose deadline has passed, and the next deadline.
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
                    Some((at, entry)) if at <= now && due.len() < BATCH => due.extend(entries.due_observer(entry)),
                    next => return (due, next.map(|(at, _)| at)),
                }
            }
        })
    }

    /// Forgets a runtime that is gone.
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

    /// Returns the waker of the schedule of a runtime, if there is one. It is ours, so cloning it
    /// under the lock runs no user code.
    pub(super) fn waker(&self, runtime: u64) -> Option<Waker> {
        let entries = lock(&self.entries);
        entries.schedules.iter().find(|schedule| schedule.runtime == runtime)?.waker.clone()
    }

    /// Stores a timer that fires at `at`.
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

    /// Returns the number of observers of a node in this shard.
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
