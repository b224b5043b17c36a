//! The end of an observed call.

use std::cell::RefCell;
use std::mem;

use crate::error::ContextError;

/// The interruptions reported by calls on this thread.
#[derive(Default)]
enum Report {
    /// No observed call is being polled.
    #[default]
    Unwatched,
    Nothing,
    Interruption(ContextError),
}

thread_local! {
    static REPORT: RefCell<Report> = const { RefCell::new(Report::Unwatched) };
}

/// Reports an interruption to the observed call around.
pub(crate) fn note(why: &ContextError) {
    let old = REPORT.with_borrow_mut(|report| match report {
        Report::Unwatched => None,
        _ => Some(mem::replace(report, Report::Interruption(why.clone()))),
    });
    // Dropped outside of the borrow: the cause is a user's value.
    drop(old);
}

/// A poll of an observed call.
pub(super) struct Watching {
    outer: Report,
}

impl Watching {
    pub(super) fn begin() -> Self {
        Self { outer: REPORT.replace(Report::Nothing) }
    }

    /// Returns the last interruption since the poll began, and reports it to the call around this
    /// one.
    pub(super) fn end(mut self) -> Option<ContextError> {
        let Report::Interruption(last) = REPORT.take() else { return None };
        if !matches!(self.outer, Report::Unwatched) {
            self.outer = Report::Interruption(last.clone());
        }
        Some(last)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        drop(REPORT.replace(mem::take(&mut self.outer)));
    }
}

/// The kind of the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ok,
    Error,
    Cancelled,
    DeadlineExceeded,
    /// The caller dropped the call.
    Dropped,
    Panicked,
}

impl Kind {
    /// Determines the kind. `why` is the interruption reported in the last poll.
    pub(super) fn of(is_failure: bool, says_nothing: bool, why: Option<&ContextError>) -> Self {
        match why {
            // The result could represent an interruption, and does not.
            _ if !is_failure && !says_nothing => Self::Ok,
            Some(ContextError::Cancelled(_)) => Self::Cancelled,
            Some(ContextError::DeadlineExceeded(_)) => Self::DeadlineExceeded,
            None if is_failure => Self::Error,
            None => Self::Ok,
        }
    }

    /// Returns the value of the field `outcome`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::Dropped => "dropped",
            Self::Panicked => "panicked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Watching, note};
    use crate::Context;

    #[test]
    fn the_call_around_learns_of_an_interruption_and_others_do_not() {
        let (ctx, canceller) = Context::background().with_cancel();
        canceller.cancel();
        let outer = Watching::begin();
        let inner = Watching::begin();
        note(&ctx.check().unwrap_err());
        assert!(inner.end().is_some());
        assert!(outer.end().is_some());
        let later = Watching::begin();
        assert!(later.end().is_none());
    }

    #[test]
    fn a_result_that_is_fine_is_no_interruption() {
        let why = Context::background().with_timeout(std::time::Duration::ZERO).check().unwrap_err();
        assert_eq!(Kind::of(false, false, Some(&why)), Kind::Ok);
        assert_eq!(Kind::of(true, false, Some(&why)), Kind::DeadlineExceeded);
        assert_eq!(Kind::of(false, true, Some(&why)), Kind::DeadlineExceeded);
        assert_eq!(Kind::of(true, false, None), Kind::Error);
        assert_eq!(Kind::of(false, true, None), Kind::Ok);
    }
}
