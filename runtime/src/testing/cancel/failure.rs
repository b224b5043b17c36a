//! A place at which cancelling makes the test fail.

use std::fmt;

use super::replay::Replay;
use super::search::Attempt;
use super::target::CancelPoint;
use super::way::Cancellation;
use crate::testing::explore::{FailureKind, TestName};
use crate::testing::race::story;
use crate::testing::run::Ending;

/// The failure of a test whose future was cancelled at one place.
///
/// ```
/// use taskward::testing::{CancelTest, FailureKind, cancellable};
///
/// let report = CancelTest::new().explore(|_| async {
///     let done = cancellable(tokio::task::yield_now()).await;
///     assert!(done.is_some(), "the work is lost");
/// });
/// let failure = &report.failures()[0];
/// assert_eq!((failure.kind(), failure.suspensions().next()), (FailureKind::Panic, Some(1)));
/// assert!(failure.message().contains("the work is lost"));
/// ```
#[derive(Clone, Debug)]
pub struct CancelFailure {
    kind: FailureKind,
    message: String,
    run: usize,
    points: Vec<CancelPoint>,
    place: Option<String>,
    /// The number of further failures, and of further runs.
    reproduced: (usize, usize),
    tasks: Vec<String>,
    /// The replay of the first of them.
    pub(super) replay: Option<String>,
    /// The place of the panic.
    panicked_at: Option<String>,
}

/// The maximum number of listed suspensions.
const LISTED: usize = 8;

impl CancelFailure {
    /// Returns the kind of the failure.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// Returns the number of the first run that failed, counted from 1.
    #[must_use]
    pub fn run(&self) -> usize {
        self.run
    }

    /// Returns the suspensions at which the test fails, counted from 1. Empty if the body fails
    /// without a cancellation.
    pub fn suspensions(&self) -> impl Iterator<Item = u32> {
        let mut points = self.points.iter().map(|point| point.suspension).collect::<Vec<_>>();
        points.dedup();
        points.into_iter()
    }

    /// Returns the `.await` at which the future was dropped: `file:line:column`.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Returns the description of the failure.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the number of failures in further runs, and the number of those runs.
    #[must_use]
    pub fn reproduced(&self) -> (usize, usize) {
        self.reproduced
    }

    /// Returns the value of `TASKWARD_REPLAY` with which only the first of these points is run.
    #[must_use]
    pub fn replay(&self) -> Option<&str> {
        self.replay.as_deref()
    }

    pub(super) fn plain(kind: FailureKind, message: String) -> Self {
        Self {
            kind,
            message,
            run: 1,
            points: Vec::new(),
            place: None,
            reproduced: (0, 0),
            tasks: Vec::new(),
            replay: None,
            panicked_at: None,
        }
    }

    /// Creates the failure of a run without a cancellation.
    pub(super) fn of_whole(tried: &Attempt) -> Self {
        let ending = tried.ending.as_ref().unwrap_or(&Ending::Passed);
        let message = ending.message(Some(&tried.run));
        Self { tasks: alive(tried), ..Self::plain(ending.kind(), message) }
    }

    /// `again` is a repetition of the run that recorded the place.
    pub(super) fn of(point: CancelPoint, tried: &Attempt, again: &Attempt, name: &TestName) -> Self {
        let ending = tried.ending.as_ref().unwrap_or(&Ending::Passed);
        Self {
            run: tried.number,
            points: vec![point],
            place: again.target.place(),
            reproduced: (usize::from(again.ending.is_some()), 1),
            replay: Some(Replay(name, point).to_string()),
            panicked_at: ending.panic().and_then(|panic| panic.at.clone()),
            ..Self::of_whole(tried)
        }
    }

    /// Merges an equal failure at the same place, of which only one is reported.
    pub(super) fn merge(&mut self, other: &Self) -> bool {
        let is_same = self.kind == other.kind && self.place == other.place && self.panicked_at == other.panicked_at;
        if is_same && !self.points.is_empty() {
            self.points.extend(&other.points);
            self.reproduced.0 += other.reproduced.0;
            self.reproduced.1 += other.reproduced.1;
        }
        is_same
    }

    /// `suspension 2 (now)`, `suspensions 2 (now, woken), 5 (woken)`
    fn fmt_cuts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ways: Vec<(u32, Vec<Cancellation>)> = Vec::new();
        for CancelPoint { suspension, way } in &self.points {
            match ways.last_mut() {
                Some((last, ways)) if last == suspension => ways.push(*way),
                _ => ways.push((*suspension, vec![*way])),
            }
        }
        f.write_str(if ways.len() == 1 { "suspension " } else { "suspensions " })?;
        for (index, (suspension, ways)) in ways.iter().take(LISTED).enumerate() {
            let ways: Vec<_> = ways.iter().map(ToString::to_string).collect();
            write!(f, "{}{suspension} ({})", if index > 0 { ", " } else { "" }, ways.join(", "))?;
        }
        match ways.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Returns the tasks that the test waits for, if it does not end.
fn alive(tried: &Attempt) -> Vec<String> {
    match tried.ending {
        Some(Ending::Deadlock | Ending::Hang(..)) => story::alive(&tried.run),
        _ => Vec::new(),
    }
}

impl fmt::Display for CancelFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.points.is_empty() {
            f.write_str("cancelled at ")?;
            self.fmt_cuts(f)?;
            if let Some(place) = &self.place {
                write!(f, " at {place}")?;
            }
            f.write_str(": ")?;
        }
        writeln!(f, "{}", self.message)?;
        if !self.tasks.is_empty() {
            writeln!(f, "alive at the end:")?;
            self.tasks.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        match self.reproduced {
            (failed, tried) if failed < tried => writeln!(f, "reproduced {failed} of {tried}"),
            _ => Ok(()),
        }
    }
}
