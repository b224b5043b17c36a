//! The options of a pool.

use std::num::NonZero;
use std::panic::Location;

use crate::size_gauge::SizeGauge;

#[derive(Clone, Copy)]
pub struct Setup {
    pub(super) workers: NonZero<usize>,
    /// `None` for one item per worker.
    pub(super) queue: Option<NonZero<usize>>,
    pub(super) in_order: bool,
    pub(super) name: Option<&'static str>,
    /// The name under which the sizes of runs are measured.
    #[cfg(feature = "metrics")]
    pub(super) metrics: Option<&'static str>,
    /// The call that starts the run, or else the one that created the pool.
    pub(super) place: &'static Location<'static>,
}

impl Setup {
    pub(super) fn called(mut self, place: &'static Location<'static>) -> Self {
        self.place = place;
        self
    }

    pub(super) fn queue(&self) -> usize {
        self.queue.unwrap_or(self.workers).get()
    }

    /// Returns the gauges of a run.
    #[cfg(feature = "metrics")]
    pub(super) fn gauges(&self) -> Gauges {
        let gauge = |metric| self.metrics.map_or_else(SizeGauge::default, |name| SizeGauge::new(metric, name));
        Gauges { queue: gauge("taskward_pool_queue_depth"), workers: gauge("taskward_pool_workers") }
    }

    /// Returns the gauges of a run.
    #[cfg(not(feature = "metrics"))]
    #[allow(clippy::unused_self)]
    pub(super) fn gauges(&self) -> Gauges {
        Gauges::default()
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

/// The measured sizes of a run.
#[derive(Clone, Default)]
pub(crate) struct Gauges {
    /// The number of items that no worker has claimed.
    pub(super) queue: SizeGauge,
    pub(super) workers: SizeGauge,
}

/// Equality ignores the place.
impl PartialEq for Setup {
    fn eq(&self, other: &Self) -> bool {
        let all = |setup: &Self| (setup.workers, setup.queue, setup.in_order, setup.name);
        #[cfg(feature = "metrics")]
        if self.metrics != other.metrics {
            return false;
        }
        all(self) == all(other)
    }
}

impl Eq for Setup {}
