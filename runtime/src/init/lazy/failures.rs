//! Failed attempts, for the callers that waited for them.

use std::any::Any;
use std::mem;
use std::sync::Arc;

use crate::sync::plain::{Mutex, lock};

/// The error of a failed attempt, of any type.
pub(super) type SharedFailure = Arc<dyn Any + Send + Sync>;

pub(super) struct Failures(Mutex<Inner>);

struct Inner {
    /// The number of failures so far that callers waited for.
    count: u64,
    /// The number of waiting callers that share failures.
    waiting: usize,
    last: Option<SharedFailure>,
}

impl Failures {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Inner { count: 0, waiting: 0, last: None }))
    }

    /// Registers a waiting caller.
    pub(super) fn wait(&self) -> Wait<'_> {
        let mut inner = lock(&self.0);
        inner.waiting += 1;
        Wait { failures: self, since: inner.count }
    }

    /// Records a failed attempt.
    pub(super) fn add(&self, failure: SharedFailure) {
        let mut inner = lock(&self.0);
        if inner.waiting == 0 {
            return drop(inner);
        }
        inner.count += 1;
        let before = inner.last.replace(failure);
        drop(inner);
        drop(before);
    }
}

/// A waiting caller. The last one to leave drops the last failure.
pub(super) struct Wait<'l> {
    failures: &'l Failures,
    since: u64,
}

impl Wait<'_> {
    /// Returns the last failure, if it happened during the wait.
    pub(super) fn failure(&self) -> Option<SharedFailure> {
        let inner = lock(&self.failures.0);
        if inner.count > self.since { inner.last.clone() } else { None }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut inner = lock(&self.failures.0);
        inner.waiting -= 1;
        let unwanted = if inner.waiting == 0 { mem::take(&mut inner.last) } else { None };
        drop(inner);
        drop(unwanted);
    }
}
