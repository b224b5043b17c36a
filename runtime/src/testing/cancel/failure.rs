//! A place where what is cancelled loses something.

use std::fmt;

use super::aim::Cut;
use super::replay::Replay;
use super::search::Try;
use super::way::Cancellation;
use crate::testing::explore::{FailureKind, TestName};
use crate::testing::race::story;
use crate::testing::run::Ending;

/// How a test failed when something was cancelled at one place.
#[derive(Clone, Debug)]
pub struct CancelFailure {
    kind: FailureKind,
    message: String,
    run: usize,
    cuts: Vec<Cut>,
    place: Option<String>,
    /// How often it failed again, of how many times.
    reproduced: (usize, usize),
    tasks: Vec<String>,
    /// Of the first of them.
    pub(super) replay: Option<String>,
    /// Where it panicked.
    panicked_at: Option<String>,
}

/// Of more suspensions, only so many are listed.
const LISTED: usize = 8;

impl CancelFailure {
    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// In which run it was found first, counted from 1.
    #[must_use]
    pub fn run(&self) -> usize {
        self.run
    }

    /// The suspensions at which it fails, counted from 1. Empty if the body fails when nothing is
    /// cancelled.
    pub fn suspensions(&self) -> impl Iterator<Item = u32> {
        let mut cuts = self.cuts.iter().map(|cut| cut.suspension).collect::<Vec<_>>();
        cuts.dedup();
        cuts.into_iter()
    }

    /// The `.await` at which the future was dropped: `file:line:column`.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// What went wrong after that.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// How often it failed when it was run again, of how many times.
    #[must_use]
    pub fn reproduced(&self) -> (usize, usize) {
        self.reproduced
    }

    /// What `TASKWARD_REPLAY` is to be for the first of these points alone to be run.
    #[must_use]
    pub fn replay(&self) -> Option<&str> {
        self.replay.as_deref()
    }

    pub(super) fn plain(kind: FailureKind, message: String) -> Self {
        Self {
            kind,
            message,
            run: 1,
            cuts: Vec::new(),
            place: None,
            reproduced: (0, 0),
            tasks: Vec::new(),
            replay: None,
            panicked_at: None,
        }
    }

    /// Nothing was cancelled.
    pub(super) fn of_whole(tried: &Try) -> Self {
        let ending = tried.ending.as_ref().unwrap_or(&Ending::Passed);
        let message = ending.message(Some(&tried.run));
        Self { tasks: alive(tried), ..Self::plain(ending.kind(), message) }
    }

    /// `again` is another run of the same, in which the place was looked for.
    pub(super) fn of(cut: Cut, tried: &Try, again: &Try, name: &TestName) -> Self {
        let ending = tried.ending.as_ref().unwrap_or(&Ending::Passed);
        let panicked_at = match ending {
            Ending::Panicked(panic) => panic.at.clone(),
            Ending::TaskPanicked(panic) => panic.at().map(str::to_owned),
            _ => None,
        };
        Self {
            run: tried.number,
            cuts: vec![cut],
            place: again.place.clone(),
            reproduced: (usize::from(again.ending.is_some()), 1),
            replay: Some(Replay(name, cut).to_string()),
            panicked_at,
            ..Self::of_whole(tried)
        }
    }

    /// The same failure at the same place: one of them is told.
    pub(super) fn merge(&mut self, other: &Self) -> bool {
        let is_same = self.kind == other.kind && self.place == other.place && self.panicked_at == other.panicked_at;
        if is_same && !self.cuts.is_empty() {
            self.cuts.extend(&other.cuts);
            self.reproduced.0 += other.reproduced.0;
            self.reproduced.1 += other.reproduced.1;
        }
        is_same
    }

    /// `suspension 2 (now)`, `suspensions 2 (now, woken), 5 (woken)`
    fn fmt_cuts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ways: Vec<(u32, Vec<Cancellation>)> = Vec::new();
        for Cut { suspension, way } in &self.cuts {
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

/// Whom it waits for, if it does not end.
fn alive(tried: &Try) -> Vec<String> {
    match tried.ending {
        Some(Ending::Deadlock | Ending::Hang(..)) => story::alive(&tried.run),
        _ => Vec::new(),
    }
}

impl fmt::Display for CancelFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.cuts.is_empty() {
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
