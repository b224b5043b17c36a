//! A deadline that is not fixed when the context is made: that of a single flight moves on as
//! callers join, and that of [`linger`](crate::Context::linger) is known once another context has
//! ended.
//!
//! What is derived from such a node looks it up instead of inheriting it.

use tokio::time::Instant;

use crate::error::Limit;
use crate::sync::plain::{Mutex, get_mut, lock};

pub(crate) struct Moving {
    until: Mutex<Until>,
}

/// When the node ends, as things stand now.
#[derive(Clone)]
enum Until {
    Never,
    At(Instant, Limit),
    /// Somebody saw that the deadline has passed: it moves no more.
    Passed(Instant, Limit),
}

impl Moving {
    /// The deadline of a single flight whose first caller has this deadline.
    pub(crate) fn of_flight(deadline: Option<(Instant, Limit)>) -> Self {
        Self { until: Mutex::new(Until::new(deadline)) }
    }

    /// Makes it that of another flight.
    pub(crate) fn renew(&mut self, deadline: Option<(Instant, Limit)>) {
        *get_mut(&mut self.until) = Until::new(deadline);
    }

    /// One that is not known yet.
    pub(crate) fn unknown() -> Self {
        Self { until: Mutex::new(Until::Never) }
    }

    /// Another caller joins the flight. Returns false if it comes too late.
    pub(crate) fn extend(&self, deadline: Option<(Instant, Limit)>) -> bool {
        let mut until = lock(&self.until);
        let old = match (&*until, &deadline) {
            (Until::Passed(..), _) => return false,
            (Until::Never, _) => return true,
            (Until::At(at, _), Some((later, _))) if later <= at => return true,
            (Until::At(..), _) => std::mem::replace(&mut *until, Until::new(deadline)),
        };
        drop(until);
        drop(old);
        true
    }

    /// Starts the clock, if it has not started.
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

    /// The limit, if it has passed. Then it stays so.
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
    fn new(deadline: Option<(Instant, Limit)>) -> Self {
        deadline.map_or(Self::Never, |(at, limit)| Self::At(at, limit))
    }
}
