//! Jobs in SQLite: one machine, durable; or one process, in memory.

mod batches;
mod jobs;
mod letters;
mod schema;
mod sql;
mod sweep;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::types::{Abandoned, BatchId, Claim, Claimed, Dead, Finished, NewBatch, QueueStatus, ResultRow, Submitted};
use super::{Engine, Reply};
use crate::error::{Doing, JobsError};
use crate::hub::Hub;

pub(crate) struct Sqlite {
    pool: SqlitePool,
    /// There are no announcements between processes; inside one there are.
    hub: Arc<Hub>,
}

/// How long a statement waits for the other processes of the machine.
const BUSY: Duration = Duration::from_secs(30);
/// What other processes did is seen so much later.
const POLL: Duration = Duration::from_millis(100);

impl Sqlite {
    pub(crate) async fn connect(url: &str, hub: Arc<Hub>) -> Result<Self, JobsError> {
        let options = SqliteConnectOptions::from_str(url)
            .doing("read the URL of the job queue")?
            .create_if_missing(true)
            .busy_timeout(BUSY)
            .journal_mode(SqliteJournalMode::Wal)
            // A result that was reported is still there after a power failure.
            .synchronous(SqliteSynchronous::Full);
        // SQLite writes one transaction at a time anyway; a database in memory lives as long as its only connection.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(BUSY)
            .connect_with(options)
            .await
            .doing("open the job queue")?;
        schema::prepare(&pool).await?;
        Ok(Self { pool, hub })
    }
}

impl Engine for Sqlite {
    fn listen<'a>(&'a self, _: &'a Hub) -> BoxFuture<'a, ()> {
        Box::pin(std::future::pending())
    }

    fn poll_interval(&self) -> Duration {
        POLL
    }

    fn submit<'a>(&'a self, batch: &'a NewBatch, items: &'a [String]) -> Reply<'a, Submitted> {
        Box::pin(batches::submit(self, batch, items))
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> Reply<'a, Vec<Claimed>> {
        Box::pin(jobs::claim(self, claim))
    }

    fn settle<'a>(&'a self, worker: &'a str, finished: &'a [Finished]) -> Reply<'a, ()> {
        Box::pin(jobs::settle(self, worker, finished))
    }

    fn extend<'a>(&'a self, worker: &'a str, lease_ms: i64, ids: &'a [i64]) -> Reply<'a, Vec<i64>> {
        Box::pin(jobs::extend(self, worker, lease_ms, ids))
    }

    fn cancelled<'a>(&'a self, ids: &'a [BatchId]) -> Reply<'a, Vec<(BatchId, String)>> {
        Box::pin(batches::cancelled(self, ids))
    }

    fn release<'a>(&'a self, worker: &'a str) -> Reply<'a, ()> {
        Box::pin(jobs::release(self, worker))
    }

    fn announce<'a>(&'a self, worker: &'a str, queue: &'a str, function: &'a str) -> Reply<'a, ()> {
        Box::pin(jobs::announce(self, worker, queue, function))
    }

    fn cancel<'a>(&'a self, batch: BatchId, reason: &'a str) -> Reply<'a, ()> {
        Box::pin(batches::cancel(self, batch, reason))
    }

    fn keep(&self, batch: BatchId, alive_ms: i64) -> Reply<'_, bool> {
        Box::pin(batches::keep(self, batch, alive_ms))
    }

    fn results(&self, batch: BatchId, after: i64) -> Reply<'_, Vec<ResultRow>> {
        Box::pin(batches::results(self, batch, after))
    }

    fn positions(&self, batch: BatchId) -> Reply<'_, Vec<i32>> {
        Box::pin(batches::positions(self, batch))
    }

    fn results_at<'a>(&'a self, batch: BatchId, positions: &'a [i32]) -> Reply<'a, Vec<ResultRow>> {
        Box::pin(batches::results_at(self, batch, positions))
    }

    fn running(&self, batch: BatchId) -> Reply<'_, i64> {
        Box::pin(batches::running(self, batch))
    }

    fn finish(&self, batch: BatchId, keep_ms: Option<i64>) -> Reply<'_, ()> {
        Box::pin(batches::finish(self, batch, keep_ms))
    }

    fn sweep(&self) -> Reply<'_, Abandoned> {
        Box::pin(sweep::sweep(self))
    }

    fn dead<'a>(&'a self, queue: Option<&'a str>) -> Reply<'a, Vec<Dead>> {
        Box::pin(letters::dead(self, queue))
    }

    fn requeue<'a>(&'a self, ids: &'a [i64]) -> Reply<'a, u64> {
        Box::pin(letters::requeue(self, ids))
    }

    fn status(&self) -> Reply<'_, Vec<QueueStatus>> {
        Box::pin(letters::status(self))
    }
}
