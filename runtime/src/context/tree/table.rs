//! Where the observers of all nodes are: a few shards, each with a lock of its own. A thread registers at its own
//! shard, so that the calls of several threads under one parent do not meet.
//!
//! # Invariants
//!
//! 1. The observers of a node in a shard are a circle in the order in which they came. The node knows the first one,
//!    and has a bit set for each shard in which it ever had one ([`Node::claim`]).
//! 2. Ending a node sets `ENDED` and then empties its circle in each shard whose bit was set. Registering sets the bit
//!    under the lock of the shard and then looks for `ENDED`. The two are operations on one word, so one of them sees
//!    the other: no observer is missed.
//! 3. No user code runs under the lock: wakers are cloned before and dropped after, hooks and nodes are moved out.
//! 4. It is the innermost lock: nothing else is locked under it.

use std::num::NonZeroU32;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Waker;
use std::time::Duration;

use crossbeam_utils::CachePadded;
use tokio::time::Instant;

use super::key::{Key, SHARDS};
use super::node::Node;
use super::observer::Observer;
use super::schedule::{NONE, Place, Schedule, Scheduled, Timer};
use super::slots::Slots;
#[cfg(not(taskward_loom))]
use crate::sync::plain::Lazy;
use crate::sync::{Mutex, lock};

/// The number of calls told under one lock, so that others get their turn.
const BATCH: usize = 512;

pub(crate) struct Table([CachePadded<Shard>; SHARDS]);

pub(crate) struct Shard {
    number: usize,
    inner: Mutex<Inner>,
    /// Changes before waiting calls are told that their deadline has passed.
    fired: AtomicU32,
}

struct Inner {
    entries: Slots<Entry>,
    stamp: NonZeroU32,
    schedules: Vec<Schedule>,
    garbage: Vec<Garbage>,
}

struct Entry {
    observer: Observer,
    stamp: NonZeroU32,
    /// The neighbours in the circle of the node; `NONE` for an entry that is only scheduled.
    before: u32,
    behind: u32,
    place: Option<Place>,
}

/// A deadline in a runtime.
#[derive(Clone, Copy)]
pub(crate) struct Due {
    pub(crate) runtime: u64,
    pub(crate) at: Instant,
    /// The length of the limit.
    pub(crate) length: Option<Duration>,
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

/// What is dropped without the lock.
enum Garbage {
    Timer { _timer: Timer },
    Schedule { _schedule: Schedule },
    Waker { _waker: Waker },
}

impl Scheduled for Entry {
    #[inline]
    fn place(&mut self) -> Option<&mut Place> {
        self.place.as_mut()
    }

    #[inline]
    fn set_place(&mut self, place: Option<Place>) {
        self.place = place;
    }
}

impl Shard {
    fn new(number: usize) -> Self {
        let inner = Inner { entries: Slots::new(), stamp: NonZeroU32::MIN, schedules: Vec::new(), garbage: Vec::new() };
        Self { number, inner: Mutex::new(inner), fired: AtomicU32::new(0) }
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

    /// Registers an observer of `node`, or of nothing, until `due`. Returns whether a timer has to be set for it; gives
    /// it back if the node has ended.
    #[inline]
    pub(crate) fn register(
        &self,
        node: Option<&Node>,
        observer: Observer,
        due: Option<Due>,
    ) -> Result<(Key, bool), Observer> {
        // Outside of the lock: it may allocate.
        let watched = node.map(|node| (node, node.watched()));
        self.locked(|inner| {
            if node.is_some_and(|node| !node.claim(self.number)) {
                return Err(observer);
            }
            let stamp = inner.stamp;
            inner.stamp = stamp.checked_add(1).unwrap_or(NonZeroU32::MIN);
            let entry = inner.entries.insert(Entry { observer, stamp, before: NONE, behind: NONE, place: None });
            if let Some((_, watched)) = watched {
                inner.link(&watched.heads.0[self.number], entry);
            }
            let rearm = due.is_some_and(|due| inner.schedule(entry, due));
            Ok((Key::new(self.number, entry, stamp), rearm))
        })
    }

    #[inline]
    pub(crate) fn find(&self, key: Key, waker: &Waker, due: Option<Due>) -> Found {
        let mut inner = lock(&self.inner);
        let inner = &mut *inner;
        let Some(entry) = inner.entry(key) else { return Found::Gone };
        let is_known = matches!(&entry.observer, Observer::Waiter(old) if old.will_wake(waker));
        let schedule = entry.place.as_ref().map(|place| usize::from(place.schedule));
        let is_here = due.is_none_or(|due| schedule.is_some_and(|at| inner.schedules[at].runtime == due.runtime));
        if is_known && is_here { Found::Current } else { Found::Outdated }
    }

    /// Replaces the waker of a waiting call, and moves its deadline to the runtime of `due`. Returns whether a timer has
    /// to be set for it; `None` if it is registered no more.
    pub(crate) fn update(&self, key: Key, waker: Waker, due: Option<Due>) -> Option<bool> {
        self.locked(|inner| {
            let entry = inner.entry(key);
            let Some(Entry { observer: Observer::Waiter(old), .. }) = entry else {
                inner.garbage.push(Garbage::Waker { _waker: waker });
                return None;
            };
            let old = std::mem::replace(old, waker);
            inner.garbage.push(Garbage::Waker { _waker: old });
            inner.unschedule(key.index());
            Some(due.is_some_and(|due| inner.schedule(key.index(), due)))
        })
    }

    /// Moves the deadline of a registration to the runtime of `due`. Returns whether a timer has to be set for it.
    pub(super) fn reschedule(&self, key: Key, due: Due) -> bool {
        self.locked(|inner| {
            if inner.entry(key).is_none() {
                return false;
            }
            inner.unschedule(key.index());
            inner.schedule(key.index(), due)
        })
    }

    /// Takes an observer back. `None` if it was told, or is being told now.
    #[inline]
    pub(crate) fn remove(&self, node: Option<&Node>, key: Key) -> Option<Observer> {
        self.locked(|inner| inner.take(node, key))
    }

    /// Takes all observers of a node out, in the order in which they came.
    pub(super) fn drain(&self, node: &Node, mut tell: impl FnMut(Observer)) {
        let Some(watched) = node.watched_if_any() else { return };
        self.locked(|inner| {
            let mut next = watched.heads.0[self.number].swap(NONE, Relaxed);
            // A circle is closed where it began, and the first one is gone by then.
            while let Some(behind) = inner.entries.get_mut(next).map(|entry| entry.behind) {
                inner.unschedule(next);
                if let Some(entry) = inner.entries.remove(next) {
                    tell(entry.observer);
                }
                next = behind;
            }
        });
    }

    /// The observers whose deadline has passed, a number of them at a time, and the next deadline.
    pub(super) fn take_due(&self, runtime: u64, now: Instant) -> (Vec<Observer>, Option<Instant>) {
        self.note_fired();
        self.locked(|inner| {
            let mut due = Vec::new();
            let Some(number) = inner.number(runtime) else { return (due, None) };
            if let Some(timer) = inner.schedules[number].take_timer() {
                inner.garbage.push(Garbage::Timer { _timer: timer });
            }
            loop {
                match inner.schedules[number].first(&mut inner.entries) {
                    Some((at, entry)) if at <= now && due.len() < BATCH => {
                        inner.unschedule(entry);
                        due.extend(inner.tell_due(entry));
                    }
                    next => return (due, next.map(|(at, _)| at)),
                }
            }
        })
    }

    /// The runtime is gone: nothing waits in it any more.
    pub(super) fn forget_runtime(&self, runtime: u64) {
        self.locked(|inner| {
            let Some(number) = inner.number(runtime) else { return };
            while let Some((_, entry)) = inner.schedules[number].first(&mut inner.entries) {
                inner.unschedule(entry);
            }
            let gone = std::mem::replace(&mut inner.schedules[number], Schedule::new(0));
            inner.garbage.push(Garbage::Schedule { _schedule: gone });
        });
    }

    /// The waker of the schedule of a runtime, if it was made. One of ours: its clone is no user code.
    pub(super) fn waker(&self, runtime: u64) -> Option<Waker> {
        let inner = lock(&self.inner);
        inner.schedules.iter().find(|schedule| schedule.runtime == runtime)?.waker.clone()
    }

    /// Hands over a timer that fires at `at`.
    pub(super) fn set_timer(&self, runtime: u64, at: Instant, timer: Timer, waker: Waker, is_clock_changed: bool) {
        self.locked(|inner| {
            let Some(number) = inner.number(runtime) else {
                inner.garbage.push(Garbage::Timer { _timer: timer });
                inner.garbage.push(Garbage::Waker { _waker: waker });
                return;
            };
            let schedule = &mut inner.schedules[number];
            let unneeded = schedule.set_timer(at, timer, is_clock_changed);
            let old = schedule.waker.replace(waker);
            inner.garbage.extend(unneeded.map(|timer| Garbage::Timer { _timer: timer }));
            inner.garbage.extend(old.map(|waker| Garbage::Waker { _waker: waker }));
        });
    }

    /// The number of observers of a node in this shard.
    #[cfg(test)]
    pub(super) fn count(&self, node: &Node) -> usize {
        let mut inner = lock(&self.inner);
        let first = node.watched().heads.0[self.number].load(Relaxed);
        let mut count = 0;
        let mut next = first;
        while let Some(entry) = inner.entries.get_mut(next) {
            count += 1;
            next = entry.behind;
            if next == first {
                break;
            }
        }
        count
    }

    #[inline]
    fn locked<R>(&self, run: impl FnOnce(&mut Inner) -> R) -> R {
        let mut inner = lock(&self.inner);
        let result = run(&mut inner);
        let garbage = std::mem::take(&mut inner.garbage);
        drop(inner);
        drop(garbage);
        result
    }
}

impl Inner {
    /// Puts an entry at the end of a circle.
    #[inline]
    fn link(&mut self, head: &AtomicU32, entry: u32) {
        let first = head.load(Relaxed);
        let last = if let Some(first) = self.entries.get_mut(first) {
            std::mem::replace(&mut first.before, entry)
        } else {
            head.store(entry, Relaxed);
            entry
        };
        let first = if first == NONE { entry } else { first };
        if let Some(last) = self.entries.get_mut(last) {
            last.behind = entry;
        }
        if let Some(new) = self.entries.get_mut(entry) {
            (new.before, new.behind) = (last, first);
        }
    }

    #[inline]
    fn take(&mut self, node: Option<&Node>, key: Key) -> Option<Observer> {
        let at = key.index();
        let entry = self.entry(key)?;
        let (before, behind) = (entry.before, entry.behind);
        if let (Some(watched), true) = (node.and_then(Node::watched_if_any), behind != NONE) {
            let head = &watched.heads.0[key.shard()];
            if behind == at {
                head.store(NONE, Relaxed);
            } else {
                if head.load(Relaxed) == at {
                    head.store(behind, Relaxed);
                }
                if let Some(entry) = self.entries.get_mut(before) {
                    entry.behind = behind;
                }
                if let Some(entry) = self.entries.get_mut(behind) {
                    entry.before = before;
                }
            }
        }
        self.unschedule(at);
        Some(self.entries.remove(at)?.observer)
    }

    #[inline]
    fn entry(&mut self, key: Key) -> Option<&mut Entry> {
        self.entries.get_mut(key.index()).filter(|entry| entry.stamp == key.stamp)
    }

    fn number(&self, runtime: u64) -> Option<usize> {
        self.schedules.iter().position(|schedule| schedule.runtime == runtime)
    }

    /// The observer to tell that its deadline has passed. A waiting call stays registered until it leaves, and only
    /// gives its waker.
    fn tell_due(&mut self, at: u32) -> Option<Observer> {
        match &mut self.entries.get_mut(at)?.observer {
            Observer::Waiter(waker) => Some(Observer::Waiter(std::mem::replace(waker, Waker::noop().clone()))),
            Observer::Deadline(node) => Some(Observer::Deadline(node.clone())),
            Observer::Child(_) | Observer::Linger(_) | Observer::Hook(_) => None,
        }
    }

    #[inline]
    fn schedule(&mut self, entry: u32, due: Due) -> bool {
        let number = self.number(due.runtime).unwrap_or_else(|| self.new_schedule(due.runtime));
        let short = u16::try_from(number).unwrap_or(u16::MAX);
        self.schedules[number].add(&mut self.entries, short, entry, due.at, due.length)
    }

    #[cold]
    fn new_schedule(&mut self, runtime: u64) -> usize {
        // Of runtimes that are gone, or that nothing waits in, only this is left.
        let Some(number) = self.schedules.iter().position(Schedule::is_idle) else {
            self.schedules.push(Schedule::new(runtime));
            return self.schedules.len() - 1;
        };
        let gone = std::mem::replace(&mut self.schedules[number], Schedule::new(runtime));
        self.garbage.push(Garbage::Schedule { _schedule: gone });
        number
    }

    #[inline]
    fn unschedule(&mut self, at: u32) {
        let Some(place) = self.entries.get_mut(at).and_then(|entry| entry.place.take()) else { return };
        let schedule = &mut self.schedules[usize::from(place.schedule)];
        if let Some(timer) = schedule.remove(&mut self.entries, at, &place) {
            self.garbage.push(Garbage::Timer { _timer: timer });
        }
    }
}

impl Table {
    fn new() -> Self {
        Self(std::array::from_fn(|number| CachePadded::new(Shard::new(number))))
    }
}

#[cfg(not(taskward_loom))]
fn table() -> &'static Table {
    static TABLE: Lazy<Table> = Lazy::new(Table::new);
    &TABLE
}

/// The shard that has this number.
#[inline]
pub(crate) fn shard(number: usize) -> &'static Shard {
    &table().0[number]
}

/// The shard of this thread.
#[cfg(not(taskward_loom))]
#[inline]
pub(crate) fn own_shard() -> &'static Shard {
    use std::cell::Cell;
    use std::sync::atomic::AtomicUsize;

    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    let mut own = OWN.get();
    if own == usize::MAX {
        own = NEXT.fetch_add(1, Relaxed) % SHARDS;
        OWN.set(own);
    }
    shard(own)
}

#[cfg(taskward_loom)]
mod modelled {
    use loom::sync::atomic::AtomicUsize;

    use super::{Relaxed, SHARDS, Shard, Table, shard};

    loom::lazy_static! {
        static ref TABLE: Table = Table::new();
        static ref NEXT: AtomicUsize = AtomicUsize::new(0);
    }
    loom::thread_local! {
        static OWN: usize = NEXT.fetch_add(1, Relaxed) % SHARDS;
    }

    pub(super) fn table() -> &'static Table {
        &TABLE
    }

    pub(crate) fn own_shard() -> &'static Shard {
        shard(OWN.with(|own| *own))
    }
}

#[cfg(taskward_loom)]
pub(crate) use self::modelled::own_shard;
#[cfg(taskward_loom)]
use self::modelled::table;
