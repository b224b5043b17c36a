//! The options of a pool.

use std::num::NonZero;
use std::panic::Location;

use crate::registry::TaskInfo;

#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(super) workers: NonZero<usize>,
    /// `None` for one item per worker.
    pub(super) queue: Option<NonZero<usize>>,
    pub(super) in_order: bool,
    pub(super) name: Option<&'static str>,
    /// The call that starts the run, or else the one that created the pool.
    pub(super) place: &'static Location<'static>,
}

impl Setup {
    pub(super) fn called(mut self, place: &'static Location<'static>) -> Self {
        self.place = place;
        self
    }

    /// Returns the description of each worker.
    pub(super) fn info(&self) -> TaskInfo {
        TaskInfo::new(self.name.map(Into::into), self.place)
    }

    pub(super) fn queue(&self) -> usize {
        self.queue.unwrap_or(self.workers).get()
    }

    /// Limits the number of workers.
    pub(super) fn at_most(mut self, workers: usize) -> Self {
        self.workers = NonZero::new(workers).map_or(self.workers, |most| self.workers.min(most));
        self
    }

    pub(super) fn with_queue(mut self, items: usize) -> Self {
        self.queue = NonZero::new(self.workers.get().saturating_mul(items));
        self
    }
}

/// Equality ignores the place.
impl PartialEq for Setup {
    fn eq(&self, other: &Self) -> bool {
        let all = |setup: &Self| (setup.workers, setup.queue, setup.in_order, setup.name);
        all(self) == all(other)
    }
}

impl Eq for Setup {}
