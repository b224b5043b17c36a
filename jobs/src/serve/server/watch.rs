//! Prolongs leases, and handles announcements and cancellations.

use std::time::Duration;

use tokio::time::Instant;

use super::{RETRY, Reply, Server};
use crate::engine::types::BatchId;
use crate::hub::Event;
use crate::spec::milliseconds;

/// A server with a longer lease gives as many signs of life as with this one.
const LONGEST: Duration = Duration::from_secs(30);

impl Server {
    pub(super) fn heard(&mut self, event: &Event) {
        match event {
            Event::Queue(queue) => self.is_hungry |= queue == self.job.queue(),
            // The claim in flight may return a job of the batch.
            Event::Cancelled(batch) => self.must_look |= self.claiming.is_some() || self.has(*batch),
            Event::Results(_) => {}
            Event::Resync => {
                self.is_hungry = true;
                self.must_look = true;
            }
        }
    }

    fn has(&self, batch: BatchId) -> bool {
        let running = self.running.values().map(|attempt| attempt.batch);
        running.chain(self.ready.iter().map(|claimed| claimed.batch)).any(|has| has == Some(batch))
    }

    /// Asks which batches were cancelled.
    pub(super) fn look(&mut self) {
        // The claim in flight may return jobs of other cancelled batches.
        self.must_look = self.claiming.is_some();
        let running = self.running.values().filter_map(|attempt| attempt.batch);
        let mut batches: Vec<_> = running.chain(self.ready.iter().filter_map(|claimed| claimed.batch)).collect();
        batches.sort_unstable();
        batches.dedup();
        if !batches.is_empty() {
            let engine = self.engine.clone();
            self.looking.start(async move { engine.cancelled(&batches).await });
        }
    }

    pub(super) fn looked(&mut self, ended: Reply<Vec<(BatchId, String)>>) {
        let ended = match ended {
            Ok(ended) => ended,
            Err(error) => {
                tracing::warn!(%error, "cancellations may come late");
                return;
            }
        };
        for (batch, reason) in ended {
            for attempt in self.running.values_mut().filter(|attempt| attempt.batch == Some(batch)) {
                attempt.cancel(&reason);
            }
            for claimed in self.ready.iter_mut().filter(|claimed| claimed.batch == Some(batch)) {
                claimed.cancelled = Some(reason.clone());
            }
        }
    }

    /// Prolongs the leases, and takes over the jobs of dead servers.
    pub(super) fn beat(&mut self) {
        let lease = self.job.spec().lease;
        // The jitter spreads the servers over time.
        let pause = lease.min(LONGEST).mul_f64(fastrand::f64().mul_add(0.1, 0.25));
        self.next_beat = Instant::now() + pause;
        let ids: Vec<_> = self.running.keys().copied().chain(self.ready.iter().map(|claimed| claimed.id)).collect();
        let (engine, worker, lease_ms) = (self.engine.clone(), self.worker.clone(), milliseconds(lease));
        let (queue, function) = (self.job.queue().to_owned(), self.job.function().to_owned());
        self.must_look = true;
        self.beating.start(async move {
            let held = engine.extend(&worker, lease_ms, &ids).await;
            let swept = async {
                engine.announce(&worker, &queue, &function).await?;
                engine.sweep().await
            };
            match swept.await {
                Ok(found) if found.dead + found.released + found.batches > 0 => {
                    tracing::info!(?found, "took over what others left behind");
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "cannot take over abandoned jobs"),
            }
            (ids, held)
        });
    }

    pub(super) fn beaten(&mut self, asked: &[i64], held: Reply<Vec<i64>>) {
        match held {
            Ok(mut held) => {
                held.sort_unstable();
                let is_lost = |id: &i64| asked.contains(id) && held.binary_search(id).is_err();
                for (_, attempt) in self.running.iter_mut().filter(|(id, _)| is_lost(id)) {
                    attempt.lose();
                }
                self.ready.retain(|claimed| !is_lost(&claimed.id));
            }
            Err(error) => {
                tracing::warn!(%error, "the leases of running jobs cannot be prolonged");
                self.next_beat = Instant::now() + RETRY;
            }
        }
    }
}
