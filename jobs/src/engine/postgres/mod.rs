//! Jobs in Postgres.

mod batches;
mod connection;
mod jobs;
mod letters;
mod listen;
mod schema;
mod settle;
mod sql;
mod sweep;

use std::time::Duration;

use futures_util::future::BoxFuture;

pub(crate) use self::connection::Postgres;
use super::types::{Abandoned, BatchId, Claim, Claimed, Dead, Finished, NewBatch, QueueStatus, ResultRow, Submitted};
use super::{Engine, Reply};
use crate::hub::Hub;

/// Announcements come at once; this is for those that get lost.
const POLL: Duration = Duration::from_secs(1);

impl Engine for Postgres {
    fn listen<'a>(&'a self, hub: &'a Hub) -> BoxFuture<'a, ()> {
        if self.is_pooled {
            return Box::pin(std::future::pending());
        }
        Box::pin(listen::forward(&self.pool, hub))
    }

    fn poll_interval(&self) -> Duration {
        POLL
    }

    fn submit<'a>(&'a self, batch: &'a NewBatch, items: &'a [String]) -> Reply<'a, Submitted> {
        Box::pin(batches::submit(&self.pool, batch, items))
    }

    fn append<'a>(&'a self, id: BatchId, batch: &'a NewBatch, start: usize, items: &'a [String]) -> Reply<'a, ()> {
        Box::pin(batches::append(&self.pool, id, batch, start, items))
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> Reply<'a, Vec<Claimed>> {
        Box::pin(jobs::claim(&self.pool, claim))
    }

    fn settle<'a>(&'a self, worker: &'a str, finished: &'a [Finished]) -> Reply<'a, ()> {
        Box::pin(settle::settle(&self.pool, worker, finished))
    }

    fn extend<'a>(&'a self, worker: &'a str, lease_ms: i64, ids: &'a [i64]) -> Reply<'a, Vec<i64>> {
        Box::pin(jobs::extend(&self.pool, worker, lease_ms, ids))
    }

    fn cancelled<'a>(&'a self, ids: &'a [BatchId]) -> Reply<'a, Vec<(BatchId, String)>> {
        Box::pin(batches::cancelled(&self.pool, ids))
    }

    fn release<'a>(&'a self, worker: &'a str) -> Reply<'a, ()> {
        Box::pin(jobs::release(&self.pool, worker))
    }

    fn announce<'a>(&'a self, worker: &'a str, queue: &'a str, function: &'a str) -> Reply<'a, ()> {
        Box::pin(jobs::announce(&self.pool, worker, queue, function))
    }

    fn cancel<'a>(&'a self, batch: BatchId, reason: &'a str) -> Reply<'a, ()> {
        Box::pin(batches::cancel(&self.pool, batch, reason))
    }

    fn keep(&self, batch: BatchId, alive_ms: i64) -> Reply<'_, bool> {
        Box::pin(batches::keep(&self.pool, batch, alive_ms))
    }

    fn results(&self, batch: BatchId, after: i64) -> Reply<'_, Vec<ResultRow>> {
        Box::pin(batches::results(&self.pool, batch, after))
    }

    fn positions(&self, batch: BatchId) -> Reply<'_, Vec<i32>> {
        Box::pin(batches::positions(&self.pool, batch))
    }

    fn results_at<'a>(&'a self, batch: BatchId, positions: &'a [i32]) -> Reply<'a, Vec<ResultRow>> {
        Box::pin(batches::results_at(&self.pool, batch, positions))
    }

    fn running(&self, batch: BatchId) -> Reply<'_, i64> {
        Box::pin(batches::running(&self.pool, batch))
    }

    fn finish(&self, batch: BatchId, keep_ms: Option<i64>) -> Reply<'_, ()> {
        Box::pin(batches::finish(&self.pool, batch, keep_ms))
    }

    fn sweep(&self) -> Reply<'_, Abandoned> {
        Box::pin(sweep::sweep(&self.pool))
    }

    fn dead<'a>(&'a self, queue: Option<&'a str>) -> Reply<'a, Vec<Dead>> {
        Box::pin(letters::dead(&self.pool, queue))
    }

    fn requeue<'a>(&'a self, ids: &'a [i64]) -> Reply<'a, u64> {
        Box::pin(letters::requeue(&self.pool, ids))
    }

    fn status(&self) -> Reply<'_, Vec<QueueStatus>> {
        Box::pin(letters::status(&self.pool, None))
    }

    fn report<'a>(&'a self, worker: &'a str, queue: &'a str) -> Reply<'a, Option<Vec<QueueStatus>>> {
        Box::pin(letters::report(&self.pool, worker, queue))
    }
}
