//! Polls that block their thread.
//!
//! A long poll blocks, unless its thread had to wait for a processor on a busy machine. Linux
//! reports that wait; elsewhere a busy machine causes false alarms, so a blocked poll is only a
//! warning by default.

use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

use crate::registry::TaskInfo;
use crate::waits::place::{Place, Stacks};

/// The default limit of the duration of a poll.
pub(crate) const PATIENCE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub(crate) struct Blocked {
    pub(crate) info: TaskInfo,
    pub(crate) is_body: bool,
    pub(crate) time: Duration,
    /// `None` if the poll ended.
    pub(crate) stacks: Option<Stacks>,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_body {
            f.write_str("the test itself")?;
        } else {
            write!(f, "{}", self.info)?;
        }
        write!(f, " blocked its thread for {:?}, before it ", round(self.time))?;
        match &self.stacks {
            None => f.write_str("ended"),
            Some(stacks) => match &stacks.places()[..] {
                [] => f.write_str("came to wait"),
                [place, ..] => write!(f, "came to wait at {place}"),
            },
        }
    }
}

/// Returns whether two tasks block on the way to the same place.
pub(crate) fn same(left: &Blocked, right: &Blocked) -> bool {
    let places = |blocked: &Blocked| blocked.stacks.as_ref().map(Stacks::places).unwrap_or_default();
    left.info.spawned_at() == right.info.spawned_at() && places(left) == (places(right) as Vec<Place>)
}

pub(super) fn round(time: Duration) -> Duration {
    let unit = if time < Duration::from_secs(10) { 1_000_000 } else { 100_000_000 };
    Duration::from_nanos(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX) / unit * unit)
}

/// The start of a poll.
pub(crate) struct Start {
    pub(crate) at: Instant,
}

thread_local! {
    /// The time that this thread has waited for a processor, and when that was read.
    static WAITED: Cell<Option<(Instant, Duration)>> = const { Cell::new(None) };
}

/// The maximum age of a reading, which costs some microseconds and so is not taken for each poll.
/// A wait of at most this long before the poll counts for the poll.
const STALE: Duration = Duration::from_millis(20);

impl Start {
    pub(crate) fn now() -> Self {
        let at = Instant::now();
        let is_fresh = |(read, _): (Instant, Duration)| at.duration_since(read) < STALE;
        if !WAITED.get().is_some_and(is_fresh) {
            WAITED.set(waited().map(|waited| (at, waited)));
        }
        Self { at }
    }

    /// Returns how long the poll has kept its thread, if that is longer than `patience`.
    pub(crate) fn blocked_for(&self, patience: Duration) -> Option<Duration> {
        let took = self.at.elapsed();
        if took < patience {
            return None;
        }
        let waited = match (WAITED.get(), waited()) {
            (Some((_, before)), Some(now)) => {
                WAITED.set(Some((Instant::now(), now)));
                now.saturating_sub(before)
            }
            _ => Duration::ZERO,
        };
        Some(took.saturating_sub(waited)).filter(|time| *time >= patience)
    }
}

/// Returns how long this thread was ready to run while others ran.
#[cfg(target_os = "linux")]
fn waited() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

#[cfg(not(target_os = "linux"))]
fn waited() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_sleeps_in_a_poll_blocks() {
        let start = Start::now();
        std::thread::sleep(Duration::from_millis(30));
        assert!(start.blocked_for(Duration::from_millis(30)).is_some());
        assert!(start.blocked_for(Duration::from_secs(30)).is_none());
    }

    #[test]
    fn times_are_said_in_few_digits() {
        assert_eq!(format!("{:?}", round(Duration::from_micros(312_456))), "312ms");
        assert_eq!(format!("{:?}", round(Duration::from_millis(60_012))), "60s");
    }
}
