//! What has come of an exploration.

use std::fmt;
use std::time::Duration;

use super::coverage::Coverage;
use super::failure::{Failure, FailureKind};
use super::replay::VARIABLE;
use super::settings::TestName;

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
        assert!(self.failure.is_none(), "{self}");
        println!("{self}");
    }

    /// A poll has not returned for so long.
    pub(super) fn blocked(name: TestName, run: usize, elapsed: Duration, task: &str, since: Duration) -> Self {
        let message = format!(
            "a poll has not returned for {} s: {task} blocks its thread, which is left behind",
            since.as_secs()
        );
        Self::cut(name, run, elapsed, message)
    }

    /// Nothing is polled, and something keeps the clock from running ahead.
    pub(super) fn stuck(name: TestName, run: usize, elapsed: Duration) -> Self {
        let message = "the run does not end, and nothing is polled in it: it waits for a blocking task that is not over, or stops \
                       a thread; its thread is left behind";
        Self::cut(name, run, elapsed, message.to_owned())
    }

    fn cut(name: TestName, run: usize, elapsed: Duration, message: String) -> Self {
        let failure = Failure::plain(FailureKind::Blocked, message, run);
        Self { name, runs: run, elapsed, coverage: Coverage::default(), failure: Some(failure) }
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
            writeln!(f, "{coverage}, {runs} runs in {elapsed:.1?}")?;
        }
        match &failure.replay {
            Some(replay) if name.is_test() => {
                write!(f, "\nto run only this schedule: {VARIABLE}='{replay}' cargo test {name}")
            }
            Some(replay) => write!(f, "\nto run only this schedule: {VARIABLE}='{replay}'"),
            None => Ok(()),
        }
    }
}
