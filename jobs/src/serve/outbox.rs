//! The ends of jobs that the database does not know yet.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::in_flight::InFlight;
use crate::engine::Engine;
use crate::engine::types::{End, Finished};

/// The time for which the database is tried again. Then other workers take the jobs over.
const OUTAGE: Duration = Duration::from_secs(100);

/// Ends of jobs. All that come while a transaction is being written go into the next one.
pub(super) struct Outbox {
    worker: Arc<str>,
    waiting: Vec<Finished>,
    writing: InFlight<()>,
}

impl Outbox {
    pub(super) fn new(worker: Arc<str>) -> Self {
        Self { worker, waiting: Vec::new(), writing: InFlight::none() }
    }

    pub(super) fn add(&mut self, id: i64, attempt: i32, end: End) {
        self.waiting.push(Finished { id, attempt, end });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && !self.writing.is_some()
    }

    /// Begins to write all waiting ends, unless a transaction is being written.
    pub(super) fn flush(&mut self, engine: &Arc<dyn Engine>) {
        if !self.writing.is_some() && !self.waiting.is_empty() {
            let finished = std::mem::take(&mut self.waiting);
            self.writing.start(write(engine.clone(), self.worker.clone(), finished));
        }
    }

    /// Waits until a transaction is written.
    pub(super) async fn written(&mut self) {
        self.writing.done().await;
    }
}

async fn write(engine: Arc<dyn Engine>, worker: Arc<str>, finished: Vec<Finished>) {
    let since = Instant::now();
    let mut pause = Duration::from_millis(50);
    while let Err(error) = engine.settle(&worker, &finished).await {
        if since.elapsed() > OUTAGE {
            tracing::error!(%error, jobs = finished.len(), "the results of jobs are lost: other workers repeat them");
            return;
        }
        tracing::warn!(%error, jobs = finished.len(), "the results of jobs cannot be recorded yet");
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}
