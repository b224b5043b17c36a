//! The report of a race test.

use std::fmt;
use std::time::Duration;

use super::coverage::Coverage;
use super::failure::Failure;
use crate::testing::explore::{FailureKind, Stuck, TestName};
use crate::testing::run::Ending;

/// The report of a [`RaceTest`](super::RaceTest).
///
/// ```
/// use taskward::testing::RaceTest;
///
/// let report = RaceTest::new().runs(100).explore(|_| tokio::task::yield_now());
/// assert!(report.failure().is_none() && report.runs() <= 100);
/// println!("{report}");
/// ```
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
    /// Returns the failing schedule, if one was found.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Returns the number of schedules run.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// Returns the duration of the test.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns the explored part of the schedules.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Prints the report.
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
