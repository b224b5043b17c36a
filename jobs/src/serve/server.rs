//! The loop of a server, for one function.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use taskward::Context;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::attempt::Attempt;
use super::identity::new_worker;
use super::in_flight::InFlight;
use super::outbox::Outbox;
use super::pace::Pace;
use crate::database::Database;
use crate::engine::Engine;
use crate::engine::types::{BatchId, Claim, Claimed, End, Outcome};
use crate::error::JobsError;
use crate::hub::{Event, Events};
use crate::job::{Job, Report};
use crate::portable::Carrier;
use crate::spec::milliseconds;

/// Jobs that were taken in advance and cannot begin within this time go back.
const PATIENCE: Duration = Duration::from_millis(100);
/// The pause after the database could not be asked.
const RETRY: Duration = Duration::from_millis(250);

type Reply<T> = Result<T, JobsError>;

pub(super) struct Server {
    engine: Arc<dyn Engine>,
    events: Events,
    job: Job,
    carriers: Arc<[Carrier]>,
    worker: Arc<str>,
    /// Ends a grace after the server's context.
    drain: Context,
    /// Jobs that wait for one of the workers.
    ready: VecDeque<Claimed>,
    running: HashMap<i64, Attempt>,
    tasks: JoinSet<(i64, Report)>,
    outbox: Outbox,
    pace: Pace,
    claiming: InFlight<Reply<Vec<Claimed>>>,
    /// How many jobs were asked for.
    asked: usize,
    /// There may be jobs to take.
    is_hungry: bool,
    beating: InFlight<(Vec<i64>, Reply<Vec<i64>>)>,
    looking: InFlight<Reply<Vec<(BatchId, String)>>>,
    /// A batch may have been cancelled.
    must_look: bool,
    is_stopping: bool,
    next_beat: Instant,
    next_poll: Instant,
    /// When the next job that this server has put off is due.
    next_due: Option<Instant>,
    last_start: Instant,
    leaving: Leaving,
}

/// Gives back the jobs of a server that is dropped.
struct Leaving {
    database: Database,
    worker: Arc<str>,
    has_left: bool,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if !self.has_left {
            self.database.release_soon(&self.worker);
        }
    }
}

impl Server {
    pub(super) fn new(database: Database, carriers: Arc<[Carrier]>, grace: Duration, ctx: &Context, job: Job) -> Self {
        let worker: Arc<str> = new_worker().into();
        let now = Instant::now();
        Self {
            engine: database.shared_engine(),
            events: database.subscribe(),
            job,
            carriers,
            drain: ctx.linger(grace),
            ready: VecDeque::new(),
            running: HashMap::new(),
            tasks: JoinSet::new(),
            outbox: Outbox::new(worker.clone()),
            pace: Pace::new(),
            claiming: InFlight::none(),
            asked: 0,
            is_hungry: true,
            beating: InFlight::none(),
            looking: InFlight::none(),
            must_look: false,
            is_stopping: false,
            next_beat: now,
            next_poll: now,
            next_due: None,
            last_start: now,
            leaving: Leaving { database, worker: worker.clone(), has_left: false },
            worker,
        }
    }

    pub(super) async fn run(mut self, ctx: &Context) {
        loop {
            self.advance();
            if self.is_done() {
                break;
            }
            let wake = self.next_wake();
            tokio::select! {
                biased;
                _ = ctx.cancelled(), if !self.is_stopping => self.stop(),
                done = self.tasks.join_next(), if !self.tasks.is_empty() => self.finished(done),
                claimed = self.claiming.done() => self.claimed(claimed),
                () = self.outbox.written() => {}
                (asked, held) = self.beating.done() => self.beaten(&asked, held),
                ended = self.looking.done() => self.looked(ended),
                event = self.events.next() => self.heard(&event),
                () = sleep_until(wake) => self.tick(),
            }
        }
        if let Err(error) = self.engine.release(&self.worker).await {
            tracing::warn!(%error, "a server that stops is not signed off");
        }
        self.leaving.has_left = true;
    }

    fn is_done(&self) -> bool {
        self.is_stopping && self.running.is_empty() && self.outbox.is_empty() && !self.claiming.is_some()
    }

    /// The context has ended: nothing new is begun.
    fn stop(&mut self) {
        self.is_stopping = true;
        self.give_back();
    }

    fn give_back(&mut self) {
        for claimed in self.ready.drain(..) {
            self.outbox.add(claimed.id, claimed.attempt, End::Release);
        }
    }

    /// Starts all that can be started.
    fn advance(&mut self) {
        while self.running.len() < self.job.limit() {
            let Some(claimed) = self.ready.pop_front() else { break };
            self.start(claimed);
        }
        self.outbox.flush(&self.engine);
        self.claim();
        if self.must_look && !self.looking.is_some() {
            self.look();
        }
        if Instant::now() >= self.next_beat && !self.beating.is_some() {
            self.beat();
        }
    }

    fn claim(&mut self) {
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
        self.claiming.start(async move { engine.claim(&claim).await });
    }

    fn claimed(&mut self, claimed: Reply<Vec<Claimed>>) {
        match claimed {
            Ok(claimed) => {
                // With fewer than were asked for, the queue is empty until somebody says otherwise.
                self.is_hungry = claimed.len() >= self.asked;
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

    fn start(&mut self, claimed: Claimed) {
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
                self.outbox.add(id, number, End::Dead(text.clone(), Outcome::Undecodable, text));
            }
        }
    }

    fn finished(&mut self, done: Option<Result<(i64, Report), JoinError>>) {
        let Some(Ok((id, report))) = done else {
            // A call catches its own panics, and nobody aborts it.
            return;
        };
        let Some(attempt) = self.running.remove(&id) else { return };
        self.pace.add(attempt.started.elapsed());
        let (number, is_drained) = (attempt.number, self.drain.has_ended());
        let end = attempt.end(report, self.job.spec(), is_drained);
        if let End::Retry(pause, _) = end {
            let due = Instant::now() + Duration::from_millis(pause.unsigned_abs() + 1);
            self.next_due = Some(self.next_due.map_or(due, |next| next.min(due)));
        }
        self.outbox.add(id, number, end);
    }

    fn heard(&mut self, event: &Event) {
        match event {
            Event::Queue(queue) => self.is_hungry |= queue == self.job.queue(),
            // A job of the batch may be in the reply to the claim that is being executed.
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
    fn look(&mut self) {
        // A reply that is under way may bring more of them.
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

    fn looked(&mut self, ended: Reply<Vec<(BatchId, String)>>) {
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

    /// Prolongs the leases, and takes over what other servers have left behind.
    fn beat(&mut self) {
        let lease = self.job.spec().lease;
        // Not all servers at the same time.
        self.next_beat = Instant::now() + lease.mul_f64(fastrand::f64().mul_add(0.1, 0.25));
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

    fn beaten(&mut self, asked: &[i64], held: Reply<Vec<i64>>) {
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

    fn next_wake(&self) -> Instant {
        let wakes = [Some(self.next_poll), (!self.beating.is_some()).then_some(self.next_beat), self.next_due];
        let patience = (!self.ready.is_empty()).then_some(self.last_start + PATIENCE);
        wakes.into_iter().flatten().chain(patience).min().unwrap_or(self.next_poll)
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if now >= self.next_poll {
            self.next_poll = now + self.engine.poll_interval();
            self.is_hungry = true;
            // Where there are no announcements, this is how a cancellation is seen.
            self.must_look = true;
        }
        if self.next_due.is_some_and(|due| now >= due) {
            self.next_due = None;
            self.is_hungry = true;
        }
        if !self.ready.is_empty() && now >= self.last_start + PATIENCE {
            // Others may have a worker free.
            self.give_back();
            self.pace.forget();
        }
    }
}
