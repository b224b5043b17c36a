//! How much of the schedules was tried.

use std::fmt;
use std::time::Duration;

use super::pct::Bound;

/// How much of the schedules was tried: `explored d=1 fully, d=2 1000 of 2770, then 500 at random`.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub(super) levels: Vec<Level>,
    pub(super) random: usize,
    pub(super) pct: Bound,
    pub(super) stopped_by: Option<Duration>,
    /// How many tasks there were at once that were not delayed.
    pub(super) unseen: usize,
}

/// The schedules with so many delays as its index says, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    pub(super) tried: usize,
    pub(super) all: usize,
}

impl Coverage {
    /// With how many delays every schedule was tried.
    #[must_use]
    pub fn full_delays(&self) -> usize {
        self.levels.iter().take_while(|level| level.tried == level.all).count()
    }

    /// Of the schedules with this many delays: how many were tried, and how many there are. `None`
    /// if none of them was tried.
    #[must_use]
    pub fn with_delays(&self, delays: usize) -> Option<(usize, usize)> {
        self.levels.get(delays.checked_sub(1)?).map(|level| (level.tried, level.all))
    }

    /// With what probability, at least, the schedules that were tried [by
    /// priorities](super::RaceTest::pct) find a bug that is there. 0 if there were none.
    #[must_use]
    pub fn pct_bound(&self) -> f64 {
        if self.pct.runs == 0 { 0.0 } else { self.pct.probability() }
    }

    /// How many were tried at random.
    #[must_use]
    pub fn at_random(&self) -> usize {
        self.random
    }
}

impl Coverage {
    /// How many tasks there were at once that took their turns undelayed, because they were spawned
    /// where the test does not see them. What races with them may not have been found.
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
