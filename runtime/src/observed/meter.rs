//! The metrics of a call.

use metrics::{counter, gauge, histogram};
use tokio::time::Instant;

use super::end::Kind;

/// A call that has started and not ended.
pub(super) struct Meter {
    name: &'static str,
    began: Instant,
}

impl Meter {
    pub(super) fn begin(name: &'static str) -> Self {
        gauge!("taskward_calls_in_flight", "name" => name).increment(1);
        Self { name, began: Instant::now() }
    }

    pub(super) fn end(self, kind: Kind) {
        gauge!("taskward_calls_in_flight", "name" => self.name).decrement(1);
        counter!("taskward_calls_total", "name" => self.name, "outcome" => kind.name()).increment(1);
        histogram!("taskward_call_seconds", "name" => self.name).record(self.began.elapsed().as_secs_f64());
    }
}
