//! A failing schedule: run again, shortened, and reported.

use std::fmt;

use super::delay::Delay;
use super::journal::Detail;
use super::plan::{Record, Source};
use super::polls::Over;
use super::replay::{self, Replay};
use super::search::{Found, Search};
use super::story;
use crate::testing::explore::FailureKind;
use crate::testing::run::{Ending, Run};

/// The failure of a test under one of the schedules.
///
/// ```
/// use taskward::testing::{FailureKind, RaceTest};
///
/// let report = RaceTest::new().explore(|_| async { Err::<(), _>("no") });
/// let failure = report.failure().unwrap();
/// assert_eq!((failure.kind(), failure.run()), (FailureKind::Error, 1));
/// ```
#[derive(Clone, Debug)]
pub struct Failure {
    pub(super) kind: FailureKind,
    /// The description of the failure, in one line or more.
    pub(super) message: String,
    /// The number of the run.
    pub(super) run: usize,
    /// The number of further failures, and of further runs.
    pub(super) reproduced: Option<(usize, usize)>,
    pub(super) delays: Vec<String>,
    pub(super) steps: Vec<String>,
    pub(super) tasks: Vec<String>,
    pub(super) replay: Option<String>,
}

/// The number of repetitions of a failing schedule.
const AGAIN: usize = 5;
/// The maximum number of shorter schedules to try.
const SHORTER: usize = 200;

impl Failure {
    /// Returns the kind of the failure.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// Returns the number of the run that failed, counted from 1.
    #[must_use]
    pub fn run(&self) -> usize {
        self.run
    }

    /// Returns the number of failures in further runs of the schedule, and the number of those
    /// runs.
    #[must_use]
    pub fn reproduced(&self) -> Option<(usize, usize)> {
        self.reproduced
    }

    /// Returns the delays of the schedule, one line each.
    #[must_use]
    pub fn delays(&self) -> &[String] {
        &self.delays
    }

    /// Returns the value of `TASKWARD_REPLAY` with which only this schedule is run.
    #[must_use]
    pub fn replay(&self) -> Option<&str> {
        self.replay.as_deref()
    }

    pub(super) fn plain(kind: FailureKind, message: String, run: usize) -> Self {
        Self {
            kind,
            message,
            run,
            reproduced: None,
            delays: Vec::new(),
            steps: Vec::new(),
            tasks: Vec::new(),
            replay: None,
        }
    }

    pub(super) fn of(found: Found, run: usize, search: &Search<'_>) -> Self {
        let Found { ending, mut delays, polls } = found;
        if let Ending::Impossible(why) = ending {
            return Self::plain(FailureKind::NoRuntime, format!("no runtime: {why}"), run);
        }
        let fails = |delays: &[Delay]| {
            let (_, record, again) = search.once(Source::Given(delays.to_vec()), Detail::Points);
            again.filter(|again| is_alike(again, &ending)).map(|_| record.taken)
        };
        let (mut failed, mut tried) = (0, 0);
        // Repeating a run that takes too long would take as long again.
        let again = if matches!(ending, Ending::Hang(Over::Time, _)) { 0 } else { AGAIN };
        while tried < again && (tried == 0 || search.has_time()) {
            tried += 1;
            failed += usize::from(fails(&delays).is_some());
        }
        if tried > 0 && failed == tried {
            shorten(&mut delays, search, fails);
        }
        let (run_again, record, again) = search.once(Source::Given(delays.clone()), Detail::Steps(polls));
        let mut failure = match &again {
            Some(again) => Self::describe(again, &run_again, &record, run),
            None => Self { message: ending.message(None), ..Self::plain(ending.kind(), String::new(), run) },
        };
        failure.reproduced = Some((failed, tried)).filter(|_| tried > 0);
        failure.replay = Some(Replay::new(search.body.name, &delays, &record.steps).to_string());
        failure
    }

    /// Returns `None` if the schedule passes now.
    pub(super) fn replayed(replay: &Replay, polls: u32, search: &Search<'_>) -> Option<Self> {
        let (run_again, record, ending) = search.once(Source::Given(replay.delays.clone()), Detail::Steps(polls));
        let is_same = record.taken.len() == replay.delays.len() && replay::hash(&record.steps) == replay.hash;
        match ending {
            Some(ending) => {
                let mut failure = Self::describe(&ending, &run_again, &record, 1);
                if !is_same {
                    failure
                        .message
                        .push_str("\n(not exactly the schedule of TASKWARD_REPLAY: the code or Tokio has changed)");
                }
                failure.replay = Some(Replay::new(search.body.name, &replay.delays, &record.steps).to_string());
                Some(failure)
            }
            None if is_same => None,
            None => {
                let message = "the schedule in TASKWARD_REPLAY passes now: the code or Tokio has changed since \
                               it was printed, and now other things happen in it; run the test without it";
                Some(Self::plain(FailureKind::OtherProgram, message.to_owned(), 1))
            }
        }
    }

    fn describe(ending: &Ending, run: &Run, record: &Record, number: usize) -> Self {
        let delayed = record.steps.iter().filter(|step| step.kind.is_delay());
        Self {
            delays: delayed.map(|step| story::delay(step, &record.tasks)).collect(),
            steps: story::steps(record),
            tasks: story::alive(run),
            ..Self::plain(ending.kind(), ending.message(Some(run)), number)
        }
    }
}

/// Removes delays that are not needed.
fn shorten(delays: &mut Vec<Delay>, search: &Search<'_>, fails: impl Fn(&[Delay]) -> Option<Vec<Delay>>) {
    let mut tried = 0;
    let mut chunk = delays.len().div_ceil(2);
    while chunk > 0 && !delays.is_empty() {
        let (mut at, before) = (0, delays.len());
        while at < delays.len() && tried < SHORTER && search.has_time() {
            tried += 1;
            let end = (at + chunk).min(delays.len());
            let fewer: Vec<_> = delays[..at].iter().chain(&delays[end..]).copied().collect();
            match fails(&fewer) {
                // Delays that were never reached are not needed either.
                Some(taken) => *delays = taken,
                None => at = end,
            }
        }
        if chunk > 1 {
            chunk = chunk.div_ceil(2);
        } else if delays.len() == before || tried >= SHORTER || !search.has_time() {
            return;
        }
    }
}

/// Returns whether two failures seem to be the same.
fn is_alike(one: &Ending, other: &Ending) -> bool {
    let place = |ending: &Ending| ending.panic().and_then(|panic| panic.at.clone());
    one.kind() == other.kind() && place(one) == place(other)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.message)?;
        if !self.tasks.is_empty() {
            writeln!(f, "\nalive at the end:")?;
            self.tasks.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        if !self.steps.is_empty() {
            writeln!(f, "\nschedule:")?;
            self.steps.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        if !self.delays.is_empty() {
            writeln!(f, "\ndelayed:")?;
            self.delays.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        if let Some((failed, tried)) = self.reproduced {
            writeln!(f, "\nreproduced {failed} of {tried}")?;
        }
        Ok(())
    }
}
