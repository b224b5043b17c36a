//! The scope of a single flight. Its callers come and go, and with each that joins its deadline may move: so it is looked up, and not
//! inherited by what is derived from it. It has no timer: the callers have theirs, and the last one to go ends the scope.

use std::sync::atomic::Ordering::{Acquire, Relaxed};

use tokio::time::Instant;

use super::{ATTACHED, FLIGHT, Origin, Scope, TIMED};
use crate::error::{ContextError, Limit};
use crate::sync::{Mutex, lock};

/// When the last of a flight's callers gives up.
pub(crate) enum Until {
    Deadline(Instant, Limit),
    /// One of them waits for ever.
    Never,
    /// It was found to be over: nobody joins any more.
    Passed(Limit),
}

impl Scope {
    /// `deadline`: that of the first caller.
    pub(crate) fn of_flight(deadline: Option<(Instant, Limit)>) -> Self {
        let until = deadline.map(|(at, limit)| Box::new(Mutex::new(Until::Deadline(at, limit))));
        Self::new(None, Origin::Flight(until), None)
    }

    /// Another caller joins. Returns false if it comes too late.
    pub(crate) fn extend(&self, deadline: Option<(Instant, Limit)>) -> bool {
        let Origin::Flight(Some(until)) = &self.origin else { return true };
        let mut until = lock(until);
        match (&*until, deadline) {
            (Until::Passed(_), _) => return false,
            (Until::Deadline(..), None) => *until = Until::Never,
            (Until::Deadline(at, _), Some((later, limit))) if later > *at => *until = Until::Deadline(later, limit),
            _ => {}
        }
        true
    }

    /// The flight that this scope belongs to.
    fn flight(&self) -> Option<&Self> {
        if self.state.load(Acquire) & FLIGHT == 0 {
            return None;
        }
        let mut scope = self;
        while let Some(parent) = &scope.parent {
            scope = parent;
        }
        Some(scope)
    }

    /// Where the scope of the flight is that this one belongs to.
    pub(crate) fn flight_at(&self) -> Option<*const Self> {
        self.flight().map(std::ptr::from_ref)
    }

    /// Whether it is that of a flight whose deadline moves on.
    #[inline]
    pub(crate) fn is_timed(&self) -> bool {
        self.state.load(Relaxed) & TIMED != 0
    }

    /// Whether this is, for all that can be seen, a scope that was made just now by [`of_flight`](Self::of_flight) for a caller without
    /// a deadline.
    #[inline]
    pub(crate) fn is_untouched(&self) -> bool {
        // What the core has without a bit for it is gone when nobody has the scope any more.
        self.state.load(Acquire) == ATTACHED | FLIGHT
    }

    /// When it ends, as things stand now.
    pub(crate) fn current_deadline(&self) -> Option<Instant> {
        let of_flight = self.flight().and_then(|flight| match &flight.origin {
            Origin::Flight(Some(until)) => match *lock(until) {
                Until::Deadline(at, _) => Some(at),
                Until::Never | Until::Passed(_) => None,
            },
            _ => None,
        });
        match (self.deadline, of_flight) {
            (Some(own), Some(flight)) => Some(own.min(flight)),
            (own, flight) => own.or(flight),
        }
    }

    /// The limit that the last caller of the flight has come up against.
    fn passed(&self) -> Option<Limit> {
        let Origin::Flight(Some(until)) = &self.origin else { return None };
        let mut until = lock(until);
        match *until {
            Until::Deadline(at, limit) if Instant::now() >= at => {
                *until = Until::Passed(limit);
                Some(limit)
            }
            Until::Passed(limit) => Some(limit),
            Until::Deadline(..) | Until::Never => None,
        }
    }

    /// Whether the deadlines of all callers have passed. Then the flight has ended, and this scope with it.
    pub(super) fn outlasts_flight(&self) -> bool {
        let Some(flight) = self.flight() else { return false };
        let Some(limit) = flight.passed() else { return false };
        flight.end(&ContextError::deadline(limit));
        self.end(&flight.why());
        true
    }
}
