//! The deadlines of one runtime in one shard of the table: one timer of Tokio's for all of them.
//!
//! Limits of the same length mostly come in the order of their deadlines, so each length has a
//! queue of its own (a lane), at whose end a registration costs a few stores. Deadlines out of
//! order, and lengths beyond the first few, go into a sorted set. When the earliest one goes, the
//! timer stays until it fires or the schedule is empty: most calls are over long before their
//! limit.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::task::Waker;
use std::time::Duration;

use tokio::task::coop::Unconstrained;
use tokio::time::{Instant, Sleep};

use super::slots::Slots;

pub(crate) const NONE: u32 = u32::MAX;
/// Instead of the number of a lane.
const SORTED: u16 = u16::MAX;
const LANES: usize = 16;
/// The number of steps from the end of a lane that a deadline out of order may take: calls nested
/// in one another register the innermost first.
const STEPS: usize = 16;

pub(crate) type Timer = Pin<Box<Unconstrained<Sleep>>>;

/// The place of an entry in its schedule.
pub(crate) struct Place {
    pub(crate) at: Instant,
    /// The number of the schedule.
    pub(crate) schedule: u16,
    lane: u16,
    before: u32,
    behind: u32,
}

/// What a schedule needs of the entries that it puts in order.
pub(crate) trait Scheduled: Default {
    fn place(&mut self) -> Option<&mut Place>;
    fn set_place(&mut self, place: Option<Place>);
}

pub(crate) struct Schedule {
    pub(crate) runtime: u64,
    lanes: Vec<Lane>,
    sorted: BTreeSet<(Instant, u32)>,
    /// The number of entries.
    len: usize,
    /// The timer and when it fires.
    timer: Option<(Instant, Timer)>,
    /// Wakes this schedule. Made with the first timer.
    pub(crate) waker: Option<Waker>,
    /// The clock was paused or moved: then an idle runtime would jump to the time of a timer that
    /// nobody waits for.
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

    /// Puts an entry in order. Returns whether the timer fires too late for it.
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

    /// `None` if the deadline is too far out of order.
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

    /// `behind` comes after `before`, which may be the front.
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

    /// Takes an entry out. Returns the timer if it is not needed any more, to be dropped without
    /// the lock.
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

    /// The earliest deadline, and its entry.
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

    /// Whether a timer that fires at `at` is of use.
    pub(crate) fn wants(&self, at: Instant) -> bool {
        self.len > 0 && self.timer.as_ref().is_none_or(|(fires, _)| at < *fires)
    }

    /// Takes the timer over, if it is of use. Returns the one that is not needed.
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
