//! The deadlines of one runtime in one shard of the table, with one Tokio timer for all of them.
//!
//! Limits of equal length mostly arrive in the order of their deadlines, so each length has its
//! own queue (a lane), and registering at its end costs a few stores. Deadlines out of order, and
//! lengths beyond the first few, go into a sorted set. When the earliest deadline is removed, the
//! timer stays until it fires or the schedule is empty: most calls end long before their limit.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::task::Waker;
use std::time::Duration;

use tokio::task::coop::Unconstrained;
use tokio::time::{Instant, Sleep};

use super::slots::Slots;

pub(crate) const NONE: u32 = u32::MAX;
/// A lane number for the sorted set.
const SORTED: u16 = u16::MAX;
const LANES: usize = 16;
/// The number of steps from the end of a lane that an insertion may take. Nested calls register
/// the innermost first, slightly out of order.
const STEPS: usize = 16;

pub(crate) type Timer = Pin<Box<Unconstrained<Sleep>>>;

/// The place of an entry in its schedule.
pub(crate) struct Place {
    pub(crate) at: Instant,
    pub(crate) schedule: u16,
    lane: u16,
    before: u32,
    behind: u32,
}

/// The fields of an entry that a schedule uses.
pub(crate) trait Scheduled: Default {
    fn place(&mut self) -> Option<&mut Place>;
    fn set_place(&mut self, place: Option<Place>);
}

pub(crate) struct Schedule {
    pub(crate) runtime: u64,
    lanes: Vec<Lane>,
    sorted: BTreeSet<(Instant, u32)>,
    len: usize,
    /// The timer and the time at which it fires.
    timer: Option<(Instant, Timer)>,
    /// Wakes this schedule. Created with the first timer.
    pub(crate) waker: Option<Waker>,
    /// The clock was paused or moved. An idle runtime would then advance to a timer that nothing
    /// waits for.
    is_clock_changed: bool,
}

struct Lane {
    length: Duration,
    first: u32,
    last: u32,
}

impl Schedule {
    pub(crate) fn new(runtime: u64) -> Self {
        Self {
            runtime,
            lanes: Vec::new(),
            sorted: BTreeSet::new(),
            len: 0,
            timer: None,
            waker: None,
            is_clock_changed: false,
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.len == 0 && self.timer.is_none()
    }

    /// Inserts an entry. Returns whether the timer fires too late for it.
    #[inline]
    pub(crate) fn add<E: Scheduled>(
        &mut self,
        entries: &mut Slots<E>,
        number: u16,
        entry: u32,
        at: Instant,
        length: Option<Duration>,
    ) -> bool {
        let lane = length.and_then(|length| self.lane(length));
        let place = lane.and_then(|lane| self.queue(entries, number, lane, entry, at));
        let place = place.unwrap_or_else(|| {
            self.sorted.insert((at, entry));
            Place { at, schedule: number, lane: SORTED, before: NONE, behind: NONE }
        });
        if let Some(entry) = entries.get_mut(entry) {
            entry.set_place(Some(place));
        }
        self.len += 1;
        self.timer.as_ref().is_none_or(|(fires, _)| at < *fires)
    }

    #[inline]
    fn lane(&mut self, length: Duration) -> Option<usize> {
        if let Some(found) = self.lanes.iter().position(|lane| lane.length == length) {
            return Some(found);
        }
        let new = Lane { length, first: NONE, last: NONE };
        if self.lanes.len() < LANES {
            self.lanes.push(new);
            return Some(self.lanes.len() - 1);
        }
        let empty = self.lanes.iter().position(|lane| lane.first == NONE)?;
        self.lanes[empty] = new;
        Some(empty)
    }

    /// Returns `None` if the deadline is too far out of order.
    #[inline]
    fn queue<E: Scheduled>(
        &mut self,
        entries: &mut Slots<E>,
        number: u16,
        lane: usize,
        entry: u32,
        at: Instant,
    ) -> Option<Place> {
        let (mut before, mut behind) = (self.lanes[lane].last, NONE);
        let mut steps = 0;
        while let Some(place) = place(entries, before).filter(|place| place.at > at) {
            (before, behind) = (place.before, before);
            steps += 1;
            if steps > STEPS {
                return None;
            }
        }
        self.link(entries, lane, before, entry);
        self.link_back(entries, lane, behind, entry);
        Some(Place { at, schedule: number, lane: u16::try_from(lane).unwrap_or(SORTED), before, behind })
    }

    /// Links `behind` after `before`, which may be the front.
    fn link<E: Scheduled>(&mut self, entries: &mut Slots<E>, lane: usize, before: u32, behind: u32) {
        match place(entries, before) {
            Some(place) => place.behind = behind,
            None => self.lanes[lane].first = behind,
        }
    }

    fn link_back<E: Scheduled>(&mut self, entries: &mut Slots<E>, lane: usize, behind: u32, before: u32) {
        match place(entries, behind) {
            Some(place) => place.before = before,
            None => self.lanes[lane].last = before,
        }
    }

    /// Removes an entry. Returns the timer if it is no longer needed, to be dropped after
    /// unlocking.
    #[inline]
    pub(crate) fn remove<E: Scheduled>(&mut self, entries: &mut Slots<E>, entry: u32, place: &Place) -> Option<Timer> {
        self.len -= 1;
        if place.lane == SORTED {
            self.sorted.remove(&(place.at, entry));
        } else {
            self.link(entries, place.lane.into(), place.before, place.behind);
            self.link_back(entries, place.lane.into(), place.behind, place.before);
        }
        if self.len == 0 && self.is_clock_changed { self.timer.take().map(|(_, timer)| timer) } else { None }
    }

    /// Returns the earliest deadline and its entry.
    pub(crate) fn first<E: Scheduled>(&self, entries: &mut Slots<E>) -> Option<(Instant, u32)> {
        let of_lanes = self.lanes.iter().filter_map(|lane| Some((place(entries, lane.first)?.at, lane.first))).min();
        let sorted = self.sorted.first().copied();
        match (of_lanes, sorted) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    pub(crate) fn take_timer(&mut self) -> Option<Timer> {
        self.timer.take().map(|(_, timer)| timer)
    }

    /// Returns whether a timer that fires at `at` is useful.
    pub(crate) fn wants(&self, at: Instant) -> bool {
        self.len > 0 && self.timer.as_ref().is_none_or(|(fires, _)| at < *fires)
    }

    /// Stores the timer if it is useful. Returns the timer that is not needed.
    pub(crate) fn set_timer(&mut self, at: Instant, timer: Timer, is_clock_changed: bool) -> Option<Timer> {
        self.is_clock_changed |= is_clock_changed;
        if !self.wants(at) {
            return Some(timer);
        }
        self.timer.replace((at, timer)).map(|(_, old)| old)
    }
}

fn place<E: Scheduled>(entries: &mut Slots<E>, entry: u32) -> Option<&mut Place> {
    entries.get_mut(entry)?.place()
}
