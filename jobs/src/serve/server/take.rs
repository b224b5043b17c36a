//! Claims jobs, starts them, and hands their ends to the outbox.

use std::time::Duration;

use tokio::task::JoinError;
use tokio::time::Instant;

use super::{RETRY, Reply, Server};
use crate::engine::types::{Claim, Claimed, End, Outcome};
use crate::job::Report;
use crate::meter;
use crate::serve::attempt::Attempt;
use crate::spec::milliseconds;

impl Server {
    pub(super) fn claim(&mut self) {
        if self.is_stopping || self.claiming.is_some() || !self.is_hungry {
            return;
        }
        let limit = self.job.limit();
        let ahead = self.pace.ahead(limit);
        let has = self.running.len() + self.ready.len();
        // Asks again before the last job in advance has begun.
        if has > limit + ahead / 2 || has >= limit + ahead {
            return;
        }
        self.asked = limit + ahead - has;
        let begin = limit.saturating_sub(has);
        let claim = Claim {
            queue: self.job.queue().to_owned(),
            function: self.job.function().to_owned(),
            worker: self.worker.to_string(),
            limit: i64::try_from(self.asked).unwrap_or(i64::MAX),
            begin: i64::try_from(begin).unwrap_or(i64::MAX),
            lease_ms: milliseconds(self.job.spec().lease),
        };
        let engine = self.engine.clone();
        // An announcement during the claim leads to another one.
        self.is_hungry = false;
        self.claiming.start(async move { engine.claim(&claim).await });
    }

    pub(super) fn claimed(&mut self, claimed: Reply<Vec<Claimed>>) {
        match claimed {
            Ok(claimed) => {
                // With fewer jobs than asked for, the queue is empty until the next announcement.
                self.is_hungry |= claimed.len() >= self.asked;
                if self.ready.is_empty() {
                    self.last_start = Instant::now();
                }
                self.ready.extend(claimed);
                if self.is_stopping {
                    self.give_back();
                }
            }
            Err(error) => {
                tracing::warn!(%error, queue = self.job.queue(), "no jobs can be taken");
                self.is_hungry = false;
                self.next_poll = Instant::now() + RETRY;
            }
        }
    }

    pub(super) fn start(&mut self, claimed: Claimed) {
        self.last_start = Instant::now();
        let (id, number) = (claimed.id, claimed.attempt);
        let is_unwanted = claimed.cancelled.is_some() || claimed.remaining_ms.is_some_and(|left| left <= 0);
        if is_unwanted {
            return self.outbox.add(id, number, End::Cancelled);
        }
        match Attempt::begin(&claimed, &self.carriers, &self.drain) {
            Ok((attempt, ctx)) => {
                let call = self.job.run(ctx, claimed.payload);
                self.running.insert(id, attempt);
                self.tasks.spawn(async move { (id, call.await) });
            }
            Err(error) => {
                let text = error.to_string();
                let end = End::Dead(text.clone(), Outcome::Undecodable, text);
                meter::attempt(self.job.spec(), &end, Duration::ZERO);
                self.outbox.add(id, number, end);
            }
        }
    }

    pub(super) fn finished(&mut self, done: Option<Result<(i64, Report), JoinError>>) {
        let Some(Ok((id, report))) = done else {
            // A call catches its own panics, and is never aborted.
            return;
        };
        let Some(attempt) = self.running.remove(&id) else { return };
        let took = attempt.started.elapsed();
        self.pace.add(took);
        let (number, is_drained) = (attempt.number, self.drain.has_ended());
        let end = attempt.end(report, self.job.spec(), is_drained);
        meter::attempt(self.job.spec(), &end, took);
        if let End::Retry(pause, _) = end {
            let due = Instant::now() + Duration::from_millis(pause.unsigned_abs() + 1);
            self.next_due = Some(self.next_due.map_or(due, |next| next.min(due)));
        }
        self.outbox.add(id, number, end);
    }

    pub(super) fn give_back(&mut self) {
        for claimed in self.ready.drain(..) {
            self.outbox.add(claimed.id, claimed.attempt, End::Release);
        }
    }
}
