//! The loop of a server of one function.

mod take;
#[cfg(all(test, feature = "sqlite"))]
mod tests;
mod watch;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use taskward::Context;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::database::Database;
use crate::engine::Engine;
use crate::engine::types::{BatchId, Claimed};
use crate::error::JobsError;
use crate::hub::Events;
use crate::job::{Job, Report};
use crate::portable::Carrier;
use crate::serve::attempt::Attempt;
use crate::serve::identity::new_worker;
use crate::serve::in_flight::InFlight;
use crate::serve::outbox::Outbox;
use crate::serve::pace::Pace;
use crate::serve::reporter::Reporter;

/// Jobs in advance that cannot begin within this time are given back.
const PATIENCE: Duration = Duration::from_millis(100);
/// The pause after an error of the database.
const RETRY: Duration = Duration::from_millis(250);

type Reply<T> = Result<T, JobsError>;

pub(super) struct Server {
    engine: Arc<dyn Engine>,
    events: Events,
    job: Job,
    carriers: Arc<[Carrier]>,
    worker: Arc<str>,
    /// Ends when the grace after the end of the server's context is over.
    drain: Context,
    /// Jobs that wait for one of the workers.
    ready: VecDeque<Claimed>,
    running: HashMap<i64, Attempt>,
    tasks: JoinSet<(i64, Report)>,
    outbox: Outbox,
    pace: Pace,
    claiming: InFlight<Reply<Vec<Claimed>>>,
    /// The number of jobs that were asked for.
    asked: usize,
    /// `true` if there may be jobs that a claim in flight does not see.
    is_hungry: bool,
    beating: InFlight<(Vec<i64>, Reply<Vec<i64>>)>,
    looking: InFlight<Reply<Vec<(BatchId, String)>>>,
    reporter: Reporter,
    /// `true` if a batch may have been cancelled.
    must_look: bool,
    is_stopping: bool,
    next_beat: Instant,
    next_poll: Instant,
    /// The time at which the next job that this server tries again is due.
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
            reporter: Reporter::new(database.clone(), worker.clone(), job.spec()),
            job,
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
                () = self.reporter.done() => {}
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

    /// Begins nothing new: the context has ended.
    fn stop(&mut self) {
        self.is_stopping = true;
        self.give_back();
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
        self.reporter.advance();
    }

    fn next_wake(&self) -> Instant {
        let wakes = [Some(self.next_poll), (!self.beating.is_some()).then_some(self.next_beat), self.next_due];
        let patience = (!self.ready.is_empty()).then_some(self.last_start + PATIENCE);
        wakes.into_iter().flatten().chain(patience).chain(self.reporter.next_wake()).min().unwrap_or(self.next_poll)
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if now >= self.next_poll {
            self.next_poll = now + self.engine.poll_interval();
            self.is_hungry = true;
            // SQLite has no announcements: cancellations are seen here.
            self.must_look = true;
        }
        if self.next_due.is_some_and(|due| now >= due) {
            self.next_due = None;
            self.is_hungry = true;
        }
        if !self.ready.is_empty() && now >= self.last_start + PATIENCE {
            // Other servers may have a free worker.
            self.give_back();
            self.pace.forget();
        }
    }
}
