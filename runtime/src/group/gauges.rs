//! The measured sizes of a group.

#[cfg(feature = "metrics")]
use std::sync::OnceLock;

use crate::size_gauge::{Counted, SizeGauge};

/// Gauges that do nothing until a name is set.
#[derive(Default)]
pub(super) struct Gauges {
    #[cfg(feature = "metrics")]
    named: OnceLock<Sizes>,
}

#[derive(Clone, Default)]
struct Sizes {
    tasks: SizeGauge,
    waiting: SizeGauge,
}

impl Gauges {
    #[cfg(feature = "metrics")]
    pub(super) fn set_name(&self, name: &'static str) {
        let gauge = |metric| SizeGauge::new(metric, name);
        let sizes = Sizes { tasks: gauge("taskward_group_tasks"), waiting: gauge("taskward_group_queue_depth") };
        _ = self.named.set(sizes);
    }

    #[cfg(feature = "metrics")]
    fn sizes(&self) -> Sizes {
        self.named.get().cloned().unwrap_or_default()
    }

    #[cfg(not(feature = "metrics"))]
    #[allow(clippy::unused_self)]
    fn sizes(&self) -> Sizes {
        Sizes::default()
    }

    /// Counts a task until its entry in the ledger is dropped, before its end is notified.
    pub(super) fn count_task(&self) -> Counted {
        let Sizes { tasks, .. } = self.sizes();
        tasks.add(1);
        Counted::by(&tasks)
    }

    /// Removes a waiting task from the count when dropped. The task was
    /// [counted](Self::count_waiting) outside of the lock.
    pub(super) fn waiting(&self) -> Counted {
        Counted::by(&self.sizes().waiting)
    }

    pub(super) fn count_waiting(&self) {
        self.sizes().waiting.add(1);
    }
}
