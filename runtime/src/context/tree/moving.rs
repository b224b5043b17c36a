//! Deadlines that are not fixed at creation: a single flight's moves on as callers join, and that
//! of [`linger`](crate::Context::linger) is known once another context has ended.
//!
//! Derived nodes look such a deadline up instead of inheriting it.

use std::mem;

use tokio::time::Instant;

use crate::limit::Limit;
use crate::sync::plain::{Mutex, lock};

pub(crate) struct Moving {
    until: Mutex<Until>,
}

/// The current end of the node.
#[derive(Clone)]
enum Until {
    Never,
    At(Instant, Limit),
    /// The deadline was seen to have passed, and is final.
    Passed(Instant, Limit),
}

/// The deadline that a later one has replaced. To be dropped without a lock, because its cause is
/// the user's.
#[derive(Default)]
pub(crate) struct Replaced(#[expect(dead_code, reason = "only dropped")] Option<Until>);

impl Moving {
    /// Creates the deadline of a single flight from its first caller's.
    pub(crate) fn of_flight(deadline: Option<(Instant, &Limit)>) -> Self {
        Self { until: Mutex::new(Until::new(deadline)) }
    }

    /// Resets it for another flight.
    pub(crate) fn renew(&self, deadline: Option<(Instant, &Limit)>) {
        let mut until = lock(&self.until);
        // Written in place: a deadline is large to be moved around.
        if let (Until::At(at, limit), Some((new_at, new_limit))) = (&mut *until, deadline) {
            *at = new_at;
            let cause = limit.set(new_limit);
            drop(until);
            drop(cause);
        } else {
            let old = mem::replace(&mut *until, Until::new(deadline));
            drop(until);
            drop(old);
        }
    }

    pub(crate) fn unknown() -> Self {
        Self { until: Mutex::new(Until::Never) }
    }

    /// Adds a caller. Returns `None` if the deadline has already passed.
    pub(crate) fn extend(&self, deadline: Option<(Instant, &Limit)>) -> Option<Replaced> {
        let mut until = lock(&self.until);
        let replaced = match (&*until, &deadline) {
            (Until::Passed(..), _) => return None,
            (Until::Never, _) => None,
            (Until::At(at, _), Some((later, _))) if later <= at => None,
            (Until::At(..), _) => Some(mem::replace(&mut *until, Until::new(deadline))),
        };
        Some(Replaced(replaced))
    }

    /// Starts the clock, unless it has started.
    pub(super) fn start(&self, at: Instant, limit: Limit) {
        let mut until = lock(&self.until);
        if matches!(*until, Until::Never) {
            *until = Until::At(at, limit);
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        match *lock(&self.until) {
            Until::At(at, _) | Until::Passed(at, _) => Some(at),
            Until::Never => None,
        }
    }

    /// Returns the limit if it has passed, and makes it final.
    pub(super) fn passed(&self) -> Option<(Instant, Limit)> {
        let mut until = lock(&self.until);
        let found = match &*until {
            Until::At(at, limit) if Instant::now() >= *at => (*at, limit.clone()),
            Until::Passed(at, limit) => return Some((*at, limit.clone())),
            Until::At(..) | Until::Never => return None,
        };
        *until = Until::Passed(found.0, found.1.clone());
        Some(found)
    }
}

impl Until {
    fn new(deadline: Option<(Instant, &Limit)>) -> Self {
        deadline.map_or(Self::Never, |(at, limit)| Self::At(at, limit.clone()))
    }
}
