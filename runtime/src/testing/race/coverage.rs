//! The explored part of the schedules.

use std::fmt;
use std::time::Duration;

use super::pct::Bound;

/// The explored part of the schedules: `explored d=1 fully, d=2 1000 of 2770, then 500 at random`.
///
/// ```
/// use taskward::testing::RaceTest;
///
/// let report = RaceTest::new().delays(1).explore(|_| tokio::task::yield_now());
/// assert_eq!(report.coverage().full_delays(), 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub(super) levels: Vec<Level>,
    pub(super) random: usize,
    pub(super) pct: Bound,
    pub(super) stopped_by: Option<Duration>,
    /// The largest number of concurrent tasks that were not delayed.
    pub(super) unseen: usize,
}

/// The schedules with a number of delays given by the index, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    pub(super) tried: usize,
    pub(super) all: usize,
}

impl Coverage {
    /// Returns the largest number of delays for which every schedule was tried.
    #[must_use]
    pub fn full_delays(&self) -> usize {
        self.levels.iter().take_while(|level| level.tried == level.all).count()
    }

    /// Returns how many schedules with `delays` delays were tried, and how many there are. `None`
    /// if none was tried.
    #[must_use]
    pub fn with_delays(&self, delays: usize) -> Option<(usize, usize)> {
        self.levels.get(delays.checked_sub(1)?).map(|level| (level.tried, level.all))
    }

    /// Returns the minimum probability with which the schedules tried
    /// [by priorities](super::RaceTest::pct) find an existing bug. 0 if there were none.
    #[must_use]
    pub fn pct_bound(&self) -> f64 {
        if self.pct.runs == 0 { 0.0 } else { self.pct.probability() }
    }

    /// Returns the number of random schedules tried.
    #[must_use]
    pub fn at_random(&self) -> usize {
        self.random
    }

    /// Returns the largest number of concurrent tasks that were never delayed, because they were
    /// spawned where the test does not see them. Races with them may not have been found.
    #[must_use]
    pub fn unseen_tasks(&self) -> usize {
        self.unseen
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("explored ")?;
        if self.levels.is_empty() {
            f.write_str("one schedule")?;
        }
        for (index, Level { tried, all }) in self.levels.iter().enumerate() {
            let (comma, delays) = (if index > 0 { ", " } else { "" }, index + 1);
            if tried == all {
                write!(f, "{comma}d={delays} fully ({all})")?;
            } else {
                write!(f, "{comma}d={delays} {tried} of {all}")?;
            }
        }
        if self.random > 0 {
            write!(f, ", then {} at random", self.random)?;
        }
        if self.pct.runs > 0 {
            write!(f, ", then {}", self.pct)?;
        }
        if let Some(timeout) = self.stopped_by {
            write!(f, "; stopped after {timeout:?}")?;
        }
        match self.unseen {
            0 => Ok(()),
            1 => f.write_str("; a task was not delayed, because it was spawned where the test does not see it"),
            more => {
                write!(f, "; {more} tasks were not delayed, because they were spawned where the test does not see them")
            }
        }
    }
}
