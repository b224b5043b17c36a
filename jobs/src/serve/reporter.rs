//! Reports the state of a queue: its metrics, and jobs that no server can take.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::in_flight::InFlight;
use crate::database::Database;
use crate::engine::types::QueueStatus;
use crate::error::JobsError;
use crate::meter;
use crate::spec::Spec;

/// The first report. Other functions of the process are registered by then.
const FIRST: Duration = Duration::from_secs(1);
/// The interval of reports.
const INTERVAL: Duration = Duration::from_secs(5);

/// One server of each queue reports for all. Every server has a reporter, and the database
/// chooses.
pub(super) struct Reporter {
    database: Database,
    worker: Arc<str>,
    queue: &'static str,
    next: Instant,
    asking: InFlight<Result<Option<Vec<QueueStatus>>, JobsError>>,
    /// Functions whose gauges this server has set.
    shown: HashSet<String>,
}

impl Reporter {
    pub(super) fn new(database: Database, worker: Arc<str>, spec: &'static Spec) -> Self {
        let next = Instant::now() + FIRST;
        Self { database, worker, queue: spec.queue, next, asking: InFlight::none(), shown: HashSet::new() }
    }

    /// Asks for the state of the queue when it is time.
    pub(super) fn advance(&mut self) {
        if self.asking.is_some() || Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + INTERVAL;
        let (engine, worker, queue) = (self.database.shared_engine(), self.worker.clone(), self.queue);
        self.asking.start(async move { engine.report(&worker, queue).await });
    }

    /// Returns the time of the next [`advance`](Self::advance).
    pub(super) fn next_wake(&self) -> Option<Instant> {
        (!self.asking.is_some()).then_some(self.next)
    }

    /// Waits for the state of the queue, and reports it. Without a question, waits for ever.
    pub(super) async fn done(&mut self) {
        match self.asking.done().await {
            Ok(Some(states)) => self.report(&states),
            // Another server of the queue reports.
            Ok(None) => self.forget(),
            Err(error) => tracing::warn!(%error, queue = self.queue, "the state of the queue is unknown"),
        }
    }

    fn report(&mut self, states: &[QueueStatus]) {
        let present: HashSet<_> = states.iter().map(|state| state.function.clone()).collect();
        for function in self.shown.difference(&present) {
            meter::state(&QueueStatus::empty(self.queue, function));
        }
        self.shown = present;
        for state in states {
            meter::state(state);
            if state.waiting > 0 && state.servers == 0 && self.database.is_unreported(self.queue, &state.function) {
                let QueueStatus { function, waiting, .. } = state;
                tracing::warn!(queue = self.queue, function, waiting, "no server knows the function of waiting jobs");
            }
        }
    }

    /// Leaves no numbers behind that grow old.
    fn forget(&mut self) {
        for function in self.shown.drain() {
            meter::state(&QueueStatus::empty(self.queue, &function));
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.forget();
    }
}
