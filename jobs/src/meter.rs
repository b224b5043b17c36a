//! The metrics of jobs, with the feature `metrics`. Without it, nothing is recorded.

use std::time::Duration;

use crate::engine::types::{End, QueueStatus};
use crate::spec::Spec;

/// Records one attempt at a job.
pub(crate) fn attempt(spec: &'static Spec, end: &End, took: Duration) {
    #[cfg(feature = "metrics")]
    {
        let (queue, function, outcome) = (spec.queue, spec.function, recorded::outcome(end));
        let labels = [("queue", queue), ("function", function), ("outcome", outcome)];
        metrics::counter!("taskward_job_attempts_total", &labels).increment(1);
        metrics::histogram!("taskward_job_seconds", &labels[..2]).record(took.as_secs_f64());
    }
    #[cfg(not(feature = "metrics"))]
    let _ = (spec, end, took);
}

/// Records the state of one function in a queue.
pub(crate) fn state(state: &QueueStatus) {
    #[cfg(feature = "metrics")]
    recorded::state(state);
    #[cfg(not(feature = "metrics"))]
    let _ = state;
}

#[cfg(feature = "metrics")]
mod recorded {
    use metrics::gauge;

    use crate::engine::types::{End, Outcome, QueueStatus};

    /// Returns the label of an attempt's end.
    pub(super) fn outcome(end: &End) -> &'static str {
        match end {
            End::Result(Outcome::Output, _) => "ok",
            End::Result(..) => "error",
            End::Dead(..) => "dead",
            End::Retry(..) => "retry",
            End::Release => "released",
            End::Cancelled => "cancelled",
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge has no integers")]
    pub(super) fn state(state: &QueueStatus) {
        let labels = [("queue", state.queue.clone()), ("function", state.function.clone())];
        gauge!("taskward_jobs_waiting", &labels).set(state.waiting as f64);
        gauge!("taskward_jobs_delayed", &labels).set(state.delayed as f64);
        gauge!("taskward_jobs_running", &labels).set(state.running as f64);
        gauge!("taskward_jobs_dead", &labels).set(state.dead as f64);
        gauge!("taskward_jobs_servers", &labels).set(state.servers as f64);
        gauge!("taskward_jobs_oldest_seconds", &labels).set(state.oldest_ms as f64 / 1000.0);
    }
}
