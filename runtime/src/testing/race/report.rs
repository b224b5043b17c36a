//! What has come of an exploration.

use std::fmt;
use std::time::Duration;

use super::coverage::Coverage;
use super::failure::Failure;
use crate::testing::explore::{FailureKind, Stuck, TestName};
use crate::testing::run::Ending;

/// What has come of a [`RaceTest`](super::RaceTest).
#[derive(Clone, Debug)]
#[must_use = "a failure is only here"]
pub struct Report {
    pub(super) name: TestName,
    pub(super) runs: usize,
    pub(super) elapsed: Duration,
    pub(super) coverage: Coverage,
    pub(super) failure: Option<Failure>,
}

impl Report {
    /// The schedule that fails, if one was found.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// How many schedules were run until then.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// How long it took.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// How much of the schedules was tried.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Prints what was explored.
    ///
    /// # Panics
    ///
    /// With the whole report, if a schedule fails.
    #[track_caller]
    pub fn unwrap(self) {
        match &self.failure {
            None => println!("{self}"),
            Some(Failure { kind, message, .. }) => {
                self.name.fail(*kind, Ending::headline(*kind, message), &self.to_string());
            }
        }
    }

    pub(super) fn of_stuck(name: TestName, stuck: &Stuck) -> Self {
        let failure = Failure::plain(FailureKind::Blocked, stuck.to_string(), stuck.run);
        let (runs, elapsed) = (stuck.run, stuck.elapsed);
        Self { name, runs, elapsed, coverage: Coverage::default(), failure: Some(failure) }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, runs, elapsed, coverage, failure } = self;
        let Some(failure) = failure else {
            return write!(f, "{coverage}: {runs} runs in {elapsed:.1?}");
        };
        writeln!(f, "race test `{name}` failed in run {}\n", failure.run)?;
        write!(f, "{failure}")?;
        if failure.kind != FailureKind::OtherProgram {
            writeln!(f, "{coverage}; {elapsed:.1?}")?;
        }
        match &failure.replay {
            Some(replay) => write!(f, "\nto run only this schedule: {}", name.command(replay)),
            None => Ok(()),
        }
    }
}
