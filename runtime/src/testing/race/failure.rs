//! A schedule that fails: run again, made shorter, and told.

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

/// How a test failed under one of the schedules.
#[derive(Clone, Debug)]
pub struct Failure {
    pub(super) kind: FailureKind,
    /// What went wrong, in one line or more.
    pub(super) message: String,
    /// In which run.
    pub(super) run: usize,
    /// How often it failed again, of how many times.
    pub(super) reproduced: Option<(usize, usize)>,
    pub(super) delays: Vec<String>,
    pub(super) steps: Vec<String>,
    pub(super) tasks: Vec<String>,
    pub(super) replay: Option<String>,
}

/// How often a failing schedule is run again.
const AGAIN: usize = 5;
/// How many shorter schedules are tried.
const SHORTER: usize = 200;

impl Failure {
    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// In which run it was found, counted from 1.
    #[must_use]
    pub fn run(&self) -> usize {
        self.run
    }

    /// How often the schedule failed when it was run again, of how many times.
    #[must_use]
    pub fn reproduced(&self) -> Option<(usize, usize)> {
        self.reproduced
    }

    /// What was delayed where, a line for each delay.
    #[must_use]
    pub fn delays(&self) -> &[String] {
        &self.delays
    }

    /// What `TASKWARD_REPLAY` is to be for this schedule alone to be run.
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
        // To see again that it takes too long would take as long again.
        let again = if matches!(ending, Ending::Hang(Over::Time, _)) { 0 } else { AGAIN };
        while tried < again && (tried == 0 || search.has_time()) {
            tried += 1;
            failed += usize::from(fails(&delays).is_some());
        }
        if tried > 0 && failed == tried {
            shorten(&mut delays, search, fails);
        }
        let (told, record, again) = search.once(Source::Given(delays.clone()), Detail::Steps(polls));
        let mut failure = match &again {
            Some(again) => Self::told(again, &told, &record, run),
            None => Self { message: ending.message(None), ..Self::plain(ending.kind(), String::new(), run) },
        };
        failure.reproduced = Some((failed, tried)).filter(|_| tried > 0);
        failure.replay = Some(Replay::new(search.body.name, &delays, &record.steps).to_string());
        failure
    }

    /// `None` if it passes now.
    pub(super) fn replayed(replay: &Replay, polls: u32, search: &Search<'_>) -> Option<Self> {
        let (told, record, ending) = search.once(Source::Given(replay.delays.clone()), Detail::Steps(polls));
        let is_same = record.taken.len() == replay.delays.len() && replay::hash(&record.steps) == replay.hash;
        match ending {
            Some(ending) => {
                let mut failure = Self::told(&ending, &told, &record, 1);
                if !is_same {
                    failure
                        .message
                        .push_str("\n(not quite in the schedule of TASKWARD_REPLAY: the code, or Tokio, has changed)");
                }
                failure.replay = Some(Replay::new(search.body.name, &replay.delays, &record.steps).to_string());
                Some(failure)
            }
            None if is_same => None,
            None => {
                let message = "it passes in what has become of the schedule in TASKWARD_REPLAY: the code, or Tokio, has changed since \
                               it was printed, and now other things happen in it; run the test without it";
                Some(Self::plain(FailureKind::OtherProgram, message.to_owned(), 1))
            }
        }
    }

    fn told(ending: &Ending, run: &Run, record: &Record, number: usize) -> Self {
        let delayed = record.steps.iter().filter(|step| step.kind.is_delay());
        Self {
            delays: delayed.map(|step| story::delay(step, &record.tasks)).collect(),
            steps: story::steps(record),
            tasks: story::alive(run),
            ..Self::plain(ending.kind(), ending.message(Some(run)), number)
        }
    }
}

/// Leaves out delays that are not needed.
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
                // What was never reached is not needed either.
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

/// Whether it is the same failure, as far as one can tell.
fn is_alike(one: &Ending, other: &Ending) -> bool {
    match (one, other) {
        (Ending::Panicked(one), Ending::Panicked(other)) => one.at == other.at,
        (Ending::TaskPanicked(one), Ending::TaskPanicked(other)) => one.at() == other.at(),
        _ => one.kind() == other.kind(),
    }
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
