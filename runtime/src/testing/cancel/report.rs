//! The report of a cancel test.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::failure::CancelFailure;
use super::target::CancelPoint;
use super::way::{self, Cancellation};
use crate::testing::explore::replay::VARIABLE;
use crate::testing::explore::{FailureKind, Stuck, TestName};
use crate::testing::run::Ending;

/// The report of a [`CancelTest`](super::CancelTest).
///
/// ```
/// use taskward::testing::{CancelTest, cancellable};
///
/// let report = CancelTest::new().explore(|_| async {
///     cancellable(tokio::task::yield_now()).await;
/// });
/// assert!(report.is_complete() && report.failures().is_empty());
/// println!("{report}");
/// ```
#[derive(Clone, Debug)]
#[must_use = "failures are only here"]
pub struct CancelReport {
    name: TestName,
    ways: Vec<Cancellation>,
    /// The smallest and the largest number of suspensions of a run.
    pub(super) suspensions: (u32, u32),
    /// The number of suspensions tried.
    pub(super) points: u32,
    pub(super) runs: usize,
    pub(super) elapsed: Duration,
    /// The limit, if there were more.
    pub(super) max_points: Option<u32>,
    pub(super) stopped_by: Option<Duration>,
    /// The only point run, if replayed.
    pub(super) replayed: Option<CancelPoint>,
    pub(super) failures: Vec<CancelFailure>,
}

impl CancelReport {
    /// Returns the failures, merged by place.
    #[must_use]
    pub fn failures(&self) -> &[CancelFailure] {
        &self.failures
    }

    /// Returns the number of suspensions of the cancellable futures: from the smallest to the
    /// largest of all runs.
    #[must_use]
    pub fn suspensions(&self) -> RangeInclusive<u32> {
        self.suspensions.0..=self.suspensions.1
    }

    /// Returns the number of suspensions tried.
    #[must_use]
    pub fn points(&self) -> u32 {
        self.points
    }

    /// Returns whether all suspensions were tried, within the limit and the time.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.max_points.is_none() && self.stopped_by.is_none() && self.replayed.is_none()
    }

    /// Returns the number of runs of the body.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// Returns the duration of the test.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Prints the report.
    ///
    /// # Panics
    ///
    /// With the whole report, if there is a failure.
    #[track_caller]
    pub fn unwrap(self) {
        let hides = |failure: &&CancelFailure| !matches!(failure.kind(), FailureKind::Panic | FailureKind::Error);
        // A failure that `#[should_panic]` must not hide comes first.
        match self.failures.iter().find(hides).or(self.failures.first()) {
            None => println!("{self}"),
            Some(failure) => {
                let (kind, message) = (failure.kind(), failure.message());
                self.name.fail(kind, Ending::headline(kind, message), &self.to_string());
            }
        }
    }

    pub(super) fn new(name: TestName, ways: Vec<Cancellation>) -> Self {
        Self {
            name,
            ways,
            suspensions: (u32::MAX, 0),
            points: 0,
            runs: 0,
            elapsed: Duration::ZERO,
            max_points: None,
            stopped_by: None,
            replayed: None,
            failures: Vec::new(),
        }
    }

    pub(super) fn of_stuck(name: TestName, ways: Vec<Cancellation>, stuck: &Stuck) -> Self {
        let failure = CancelFailure::plain(FailureKind::Blocked, format!("in run {}: {stuck}", stuck.run));
        let (runs, elapsed) = (stuck.run, stuck.elapsed);
        Self { suspensions: (0, 0), runs, elapsed, failures: vec![failure], ..Self::new(name, ways) }
    }

    /// Records the number of suspensions of a run without a cancellation.
    pub(super) fn note_whole(&mut self, suspensions: u32) {
        let (least, most) = self.suspensions;
        self.suspensions = (least.min(suspensions), most.max(suspensions));
    }

    pub(super) fn note_failure(&mut self, failure: CancelFailure) {
        if !self.failures.iter_mut().any(|known| known.merge(&failure)) {
            self.failures.push(failure);
        }
    }

    fn fmt_coverage(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { suspensions: (least, most), points, runs, elapsed, .. } = self;
        if let Some(CancelPoint { suspension, way }) = self.replayed {
            return write!(f, "cancelled at suspension {suspension} only ({way}), as {VARIABLE} says");
        }
        match (self.is_complete(), least == most) {
            (true, true) if *most == 1 => f.write_str("cancelled at its one suspension")?,
            (true, true) => write!(f, "cancelled at each of {most} suspensions")?,
            (true, false) => {
                write!(f, "cancelled at each of {least} to {most} suspensions, which vary from run to run")?;
            }
            (false, _) => write!(f, "cancelled at {points} of {most} suspensions")?,
        }
        if let Some(max) = self.max_points {
            write!(f, " (max_points = {max}; they are evenly spread)")?;
        }
        if let Some(timeout) = self.stopped_by {
            write!(f, " (stopped after {timeout:?})")?;
        }
        write!(f, ", {}: {runs} runs in {elapsed:.1?}", way::list(&self.ways))
    }
}

impl fmt::Display for CancelReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, failures, .. } = self;
        if failures.is_empty() {
            return self.fmt_coverage(f);
        }
        if self.replayed.is_some() {
            writeln!(f, "cancel test `{name}` failed\n")?;
        } else if self.points == 0 {
            writeln!(f, "cancel test `{name}` failed before anything was cancelled\n")?;
        } else {
            let failed: usize = failures.iter().map(|failure| failure.suspensions().count()).sum();
            let (first, all) = (failures[0].run(), self.suspensions.1);
            writeln!(f, "cancel test `{name}` failed in run {first}, and at {failed} of {all} suspensions\n")?;
        }
        failures.iter().try_for_each(|failure| writeln!(f, "{failure}"))?;
        if self.points > 0 {
            self.fmt_coverage(f)?;
        }
        match failures.iter().find_map(CancelFailure::replay) {
            Some(replay) => write!(f, "\nto run only the first of these: {}", name.command(replay)),
            None => Ok(()),
        }
    }
}
