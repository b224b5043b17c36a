//! The data that a shard's lock guards: observers, in the order of their node and of their
//! runtime's deadlines.

use std::num::NonZeroU32;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use super::key::Key;
use super::node::Node;
use super::observer::Observer;
use super::schedule::{NONE, Place, Schedule, Scheduled, Timer};
use super::slots::Slots;

pub(super) struct Entries {
    slots: Slots<Entry>,
    generation: NonZeroU32,
    pub(super) schedules: Vec<Schedule>,
    /// Must be dropped after unlocking.
    pub(super) garbage: Vec<Garbage>,
}

/// Vacant entries keep their slot, with neither observer nor place.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) observer: Option<Observer>,
    /// `None` only before the first registration.
    generation: Option<NonZeroU32>,
    /// The neighbours in the node's ring of observers; `NONE` for an entry that only has a
    /// deadline.
    before: u32,
    behind: u32,
    pub(super) place: Option<Place>,
}

/// A deadline in a runtime.
#[derive(Clone, Copy)]
pub(crate) struct Due {
    pub(crate) runtime: u64,
    pub(crate) at: Instant,
    pub(crate) length: Option<Duration>,
}

/// Values to be dropped after unlocking.
pub(super) enum Garbage {
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

impl Entries {
    pub(super) fn new() -> Self {
        Self { slots: Slots::new(), generation: NonZeroU32::MIN, schedules: Vec::new(), garbage: Vec::new() }
    }

    /// Adds an observer without a ring or a deadline. Returns its slot number and generation.
    #[inline]
    pub(super) fn add(&mut self, observer: Observer) -> (u32, NonZeroU32) {
        let generation = self.generation;
        self.generation = generation.checked_add(1).unwrap_or(NonZeroU32::MIN);
        let (at, entry) = self.slots.take();
        entry.observer = Some(observer);
        entry.generation = Some(generation);
        (entry.before, entry.behind) = (NONE, NONE);
        (at, generation)
    }

    #[inline]
    pub(super) fn get(&mut self, key: Key) -> Option<&mut Entry> {
        self.slots.get_mut(key.index()).filter(|entry| entry.generation == Some(key.generation))
    }

    /// Appends an entry to a ring.
    #[inline]
    pub(super) fn link(&mut self, head: &AtomicU32, entry: u32) {
        let first = head.load(Relaxed);
        let (before, behind) = if let Some(first_entry) = self.slots.get_mut(first) {
            (std::mem::replace(&mut first_entry.before, entry), first)
        } else {
            head.store(entry, Relaxed);
            (entry, entry)
        };
        if let Some(new) = self.slots.get_mut(entry) {
            (new.before, new.behind) = (before, behind);
        }
        if before != entry
            && let Some(last) = self.slots.get_mut(before)
        {
            last.behind = entry;
        }
    }

    /// Removes an entry from its ring and its schedule.
    #[inline]
    pub(super) fn take(&mut self, node: Option<&Node>, key: Key) -> Option<Observer> {
        let at = key.index();
        let entry = self.get(key)?;
        let (before, behind) = (entry.before, entry.behind);
        if behind != NONE
            && let Some(head) = node.and_then(|node| node.head(key.shard()))
        {
            self.unlink(head, at, before, behind);
        }
        self.remove(at)
    }

    /// Removes an entry from its schedule and frees its slot.
    #[inline]
    fn remove(&mut self, at: u32) -> Option<Observer> {
        let entry = self.slots.get_mut(at)?;
        let observer = entry.observer.take();
        if entry.place.is_some() {
            self.unschedule(at);
        }
        self.slots.give_back(at);
        observer
    }

    #[inline]
    fn unlink(&mut self, head: &AtomicU32, at: u32, before: u32, behind: u32) {
        if behind == at {
            head.store(NONE, Relaxed);
            return;
        }
        if head.load(Relaxed) == at {
            head.store(behind, Relaxed);
        }
        if let Some(neighbour) = self.slots.get_mut(before) {
            neighbour.behind = behind;
        }
        if let Some(neighbour) = self.slots.get_mut(behind) {
            neighbour.before = before;
        }
    }

    /// Removes a whole ring and calls `notify` with each observer, in order of registration.
    pub(super) fn drain(&mut self, head: &AtomicU32, mut notify: impl FnMut(Observer)) {
        let mut next = head.swap(NONE, Relaxed);
        // A ring ends at its first entry, which is gone by then.
        while let Some(behind) = self.slots.get_mut(next).map(|entry| entry.behind) {
            if let Some(observer) = self.remove(next) {
                notify(observer);
            }
            next = behind;
        }
    }

    /// Returns the number of entries in a ring.
    #[cfg(test)]
    pub(super) fn count(&mut self, head: &AtomicU32) -> usize {
        let first = head.load(Relaxed);
        let (mut count, mut next) = (0, first);
        while let Some(entry) = self.slots.get_mut(next) {
            count += 1;
            next = entry.behind;
            if next == first {
                break;
            }
        }
        count
    }

    /// Returns the earliest deadline of a schedule and its entry.
    pub(super) fn first_due(&mut self, schedule: usize) -> Option<(Instant, u32)> {
        self.schedules[schedule].first(&mut self.slots)
    }

    /// Returns the observer to notify of a passed deadline. A waiting call stays registered until
    /// it leaves; only its waker is cloned.
    pub(super) fn due_observer(&mut self, at: u32) -> Option<Observer> {
        self.unschedule(at);
        match self.slots.get_mut(at)?.observer.as_mut()? {
            Observer::Waiter(waker) => Some(Observer::Waiter(std::mem::replace(waker, Waker::noop().clone()))),
            Observer::Deadline(node) => Some(Observer::Deadline(node.clone())),
            Observer::Child(_) | Observer::Linger(_) | Observer::Hook(_) => None,
        }
    }

    /// Returns the number of the schedule of a runtime, if it has one.
    #[inline]
    pub(super) fn schedule_of(&self, runtime: u64) -> Option<usize> {
        self.schedules.iter().position(|schedule| schedule.runtime == runtime)
    }

    /// Sets the deadline of an entry. Returns whether a timer must be set for it.
    #[inline]
    pub(super) fn schedule(&mut self, entry: u32, due: Due) -> bool {
        let number = self.schedule_of(due.runtime).unwrap_or_else(|| self.new_schedule(due.runtime));
        let short = u16::try_from(number).unwrap_or(u16::MAX);
        self.schedules[number].add(&mut self.slots, short, entry, due.at, due.length)
    }

    #[cold]
    fn new_schedule(&mut self, runtime: u64) -> usize {
        // Reuses the schedule of a runtime that is gone or has no waiters.
        let Some(number) = self.schedules.iter().position(Schedule::is_idle) else {
            self.schedules.push(Schedule::new(runtime));
            return self.schedules.len() - 1;
        };
        let gone = std::mem::replace(&mut self.schedules[number], Schedule::new(runtime));
        self.garbage.push(Garbage::Schedule { _schedule: gone });
        number
    }

    #[inline]
    pub(super) fn unschedule(&mut self, at: u32) {
        let Some(place) = self.slots.get_mut(at).and_then(|entry| entry.place.take()) else { return };
        let schedule = &mut self.schedules[usize::from(place.schedule)];
        if let Some(timer) = schedule.remove(&mut self.slots, at, &place) {
            self.garbage.push(Garbage::Timer { _timer: timer });
        }
    }
}
