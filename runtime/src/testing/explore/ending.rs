//! Describes how a run failed.

use crate::testing::panics::{Panic, UNRECEIVED};
use crate::testing::race::polls::Over;
use crate::testing::run::{Ending, Run};

/// The kind of a failure.
///
/// ```
/// use std::future::pending;
/// use taskward::testing::{FailureKind, RaceTest};
///
/// let report = RaceTest::new().explore(|_| pending::<()>());
/// assert_eq!(report.failure().unwrap().kind(), FailureKind::Deadlock);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// The body returned an error.
    Error,
    /// The body panicked.
    Panic,
    /// Another task panicked, and nothing received the panic.
    TaskPanic,
    /// No task could run any more, and no timer was set.
    Deadlock,
    /// The body did not end within the maximum number of polls.
    Hang,
    /// A poll did not return, or the body waited for another thread that never responded.
    Blocked,
    /// A cancel test had nothing to cancel.
    NothingCancelled,
    /// The system could not create a runtime.
    NoRuntime,
    /// The schedule in `TASKWARD_REPLAY` belongs to another program.
    OtherProgram,
}

impl Ending {
    pub(crate) fn kind(&self) -> FailureKind {
        match self {
            Self::Passed | Self::Panicked(_) => FailureKind::Panic,
            Self::TaskPanicked(_) => FailureKind::TaskPanic,
            Self::Failed(_) => FailureKind::Error,
            Self::Deadlock => FailureKind::Deadlock,
            Self::Hang(..) => FailureKind::Hang,
            Self::Impossible(_) => FailureKind::NoRuntime,
        }
    }

    /// Returns the panic with which the run ended.
    pub(crate) fn panic(&self) -> Option<&Panic> {
        match self {
            Self::Panicked(panic) => Some(panic),
            Self::TaskPanicked(panic) => Some(panic.panic()),
            _ => None,
        }
    }

    /// Returns the report's own words, without users' messages.
    pub(crate) fn headline(kind: FailureKind, message: &str) -> &str {
        if kind == FailureKind::TaskPanic { UNRECEIVED } else { message }
    }

    /// Returns the message, in one line or more.
    pub(crate) fn message(&self, run: Option<&Run>) -> String {
        match self {
            Self::Passed => String::new(),
            Self::Failed(error) => format!("the body returned an error: {error}"),
            Self::Panicked(last) => match run.map(|run| run.panics.as_slice()) {
                Some([first, rest @ ..]) if !rest.is_empty() => {
                    let rest: Vec<_> = rest.iter().take(4).map(|panic| format!("then {panic}")).collect();
                    format!("{first}\n{}", rest.join("\n"))
                }
                _ => last.to_string(),
            },
            Self::TaskPanicked(panic) => panic.to_string(),
            Self::Deadlock => "deadlock: nothing can run, and no timer is set".to_owned(),
            Self::Hang(why, elapsed) => {
                let why = match why {
                    Over::Polls => "its tasks have been polled to the limit of `max_polls`",
                    Over::Time => "its tasks are still being polled, and its time is over",
                };
                match elapsed.as_secs() {
                    0 => format!("no end: {why}, and no time has passed on its clock"),
                    passed => format!("no end: {why}, and {passed} s have passed on its clock"),
                }
            }
            Self::Impossible(why) => why.clone(),
        }
    }
}
