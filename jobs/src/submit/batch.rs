//! One batch in the database.

use std::time::Duration;

use taskward::{Context, ContextError};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::guard::Guard;
use super::results::Results;
use crate::database::Database;
use crate::engine::types::{BatchId, NewBatch, ResultRow};
use crate::error::JobsError;
use crate::hub::{Event, Events};
use crate::jobs::Jobs;
use crate::options::BatchOptions;
use crate::output::ended_by;
use crate::portable::Envelope;
use crate::spec::{Spec, milliseconds};

/// The time that a batch lives without a sign of its caller.
const ALIVE: Duration = Duration::from_mins(2);
/// The interval at which a caller looks for results that were committed late, and for its batch.
const CHECK: Duration = Duration::from_secs(1);
/// The interval at which a caller looks for results while they come.
const FLOW: Duration = Duration::from_millis(100);
/// The time that a caller waits for a database that cannot be reached.
const OUTAGE: Duration = Duration::from_secs(100);
/// The time for which the results of a batch with a key are kept.
const KEPT: Duration = Duration::from_hours(24);
/// The time that a caller whose context has ended waits for the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// A submitted batch. Dropping it cancels it.
pub(super) struct Batch {
    database: Database,
    id: BatchId,
    new: NewBatch,
    results: Results,
    events: Events,
    guard: Guard,
    /// Results came with the last fetch: more may come without an announcement.
    is_flowing: bool,
    /// The time of the next look for results that the cursor has passed.
    next_check: Instant,
}

impl Batch {
    pub(super) async fn submit(
        jobs: &Jobs,
        spec: &'static Spec,
        ctx: &Context,
        items: Vec<String>,
        may_have_key: bool,
    ) -> Result<Self, JobsError> {
        let database = jobs.database(spec.queue);
        // Before the batch is there, so that no event is missed.
        let events = database.subscribe();
        let options = ctx.value::<BatchOptions>().cloned().unwrap_or_default();
        let envelope = Envelope::pack(jobs.carriers(), ctx)?.encode()?;
        let key = options.get_key().filter(|_| may_have_key).map(ToOwned::to_owned);
        let new = NewBatch {
            queue: spec.queue.to_owned(),
            function: spec.function.to_owned(),
            envelope,
            deadline_ms: ctx.remaining().map(milliseconds),
            alive_ms: milliseconds(if key.is_some() { KEPT } else { ALIVE }),
            key,
            priority: options.get_priority(),
            delay_ms: milliseconds(options.get_delay()),
            attempts: i32::try_from(spec.tries()).unwrap_or(i32::MAX),
            deliveries: i32::try_from(spec.deliveries()).unwrap_or(i32::MAX),
        };
        let submitted = database.engine().submit(&new, &items).await?;
        if let Some(key) = new.key.as_ref().filter(|_| usize::try_from(submitted.items) != Ok(items.len())) {
            return Err(JobsError::KeyReused { key: key.clone() });
        }
        let guard = Guard::new(database.clone(), submitted.id, new.alive_ms);
        Ok(Self {
            database,
            id: submitted.id,
            new,
            results: Results::new(items.len()),
            events,
            guard,
            is_flowing: false,
            next_check: Instant::now() + CHECK,
        })
    }

    /// Adds items of a stream.
    pub(super) async fn append(&mut self, items: Vec<String>) -> Result<(), JobsError> {
        self.database.engine().append(self.id, &self.new, self.results.len(), &items).await?;
        self.results.grow(items.len());
        Ok(())
    }

    /// Waits for the next result. Returns `None` after the last one.
    pub(super) async fn next(&mut self, ctx: &Context) -> Result<Option<ResultRow>, ContextError> {
        loop {
            ctx.check()?;
            if let Some(row) = self.results.pop() {
                return Ok(Some(row));
            }
            if self.results.is_complete() {
                return Ok(None);
            }
            let has_more = ctx.run(self.fetch_patiently()).await?.map_err(ended_by)?;
            if !has_more {
                let poll = self.database.engine().poll_interval();
                let pause = if std::mem::take(&mut self.is_flowing) { FLOW.min(poll) } else { poll };
                let due = self.next_check.min(Instant::now() + pause);
                ctx.run(wait(&mut self.events, self.id, due)).await?;
            }
        }
    }

    /// Fetches results, and tries again while the database cannot be reached.
    async fn fetch_patiently(&mut self) -> Result<bool, JobsError> {
        let since = Instant::now();
        let mut pause = Duration::from_millis(50);
        loop {
            match self.fetch().await {
                Err(error) if error.is_passing() && since.elapsed() < OUTAGE => {
                    tracing::warn!(%error, "waiting for the job queue");
                    sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(2));
                }
                fetched => return fetched,
            }
        }
    }

    /// Returns `true` if there are new results.
    async fn fetch(&mut self) -> Result<bool, JobsError> {
        let engine = self.database.shared_engine();
        let rows = engine.results(self.id, self.results.cursor()).await?;
        let mut is_new = self.results.add(rows);
        if !is_new && Instant::now() >= self.next_check {
            // Transactions may be committed in another order than that of their numbers.
            let positions = engine.positions(self.id).await?;
            let lacking = self.results.lacking(&positions);
            if !lacking.is_empty() {
                is_new = self.results.add_late(engine.results_at(self.id, &lacking).await?);
            }
            if let Some((_, reason)) = engine.cancelled(&[self.id]).await?.into_iter().next() {
                return Err(JobsError::Cancelled { reason });
            }
        }
        self.is_flowing |= is_new;
        if is_new || Instant::now() >= self.next_check {
            self.next_check = Instant::now() + CHECK;
        }
        Ok(is_new)
    }

    /// Removes the batch after all results were taken.
    pub(super) async fn finish(mut self) {
        self.guard.disarm();
        let keep = self.new.key.is_some().then(|| milliseconds(KEPT));
        // If it cannot be removed now, a server's sweep removes it.
        let finished = timeout(PATIENCE, self.database.engine().finish(self.id, keep)).await;
        if !matches!(finished, Ok(Ok(()))) {
            tracing::warn!(batch = self.id, "a finished batch stays in the job queue for some minutes");
        }
    }

    /// Cancels the batch, and waits until no live worker is at one of its jobs.
    pub(super) async fn cancel(mut self, reason: &str) {
        let engine = self.database.shared_engine();
        let cancelled = timeout(PATIENCE, engine.cancel(self.id, reason)).await;
        if !matches!(cancelled, Ok(Ok(()))) {
            // The guard, or the end of the batch's own life, cancels it.
            tracing::warn!(batch = self.id, "the job queue was not told that a batch is cancelled");
            return;
        }
        self.guard.disarm();
        let mut poll = interval(Duration::from_millis(50));
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut errors_since = None;
        loop {
            match engine.running(self.id).await {
                Ok(0) => break,
                Ok(_) => errors_since = None,
                Err(_) if errors_since.get_or_insert_with(Instant::now).elapsed() > PATIENCE => return,
                Err(_) => {}
            }
            tokio::select! {
                () = until(&mut self.events, self.id) => {}
                _ = poll.tick() => {}
            }
        }
        // Not needed any more, not even by a caller with the same key: that one begins anew.
        if let Err(error) = engine.finish(self.id, None).await {
            tracing::warn!(%error, batch = self.id, "a cancelled batch stays in the job queue for some minutes");
        }
    }
}

/// Waits for news of a batch, at most until `due`.
async fn wait(events: &mut Events, batch: BatchId, due: Instant) {
    // In time or not, there is something to look at.
    let _ = tokio::time::timeout_at(due, until(events, batch)).await;
}

/// Waits for news of a batch.
async fn until(events: &mut Events, batch: BatchId) {
    loop {
        match events.next().await {
            Event::Results(id) | Event::Cancelled(id) if id == batch => return,
            Event::Resync => return,
            _ => {}
        }
    }
}
