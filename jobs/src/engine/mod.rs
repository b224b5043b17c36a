//! The interface of a job queue to its database.
//!
//! All times are those of the database: the clocks of the hosts need not agree.

#[cfg(feature = "postgres")]
pub(crate) mod postgres;
mod rows;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
pub(crate) mod types;

use futures_util::future::BoxFuture;

use self::types::{Abandoned, BatchId, Claim, Claimed, Dead, Finished, NewBatch, QueueStatus, ResultRow, Submitted};
use crate::error::JobsError;
use crate::hub::Hub;

pub(crate) type Reply<'a, T> = BoxFuture<'a, Result<T, JobsError>>;

/// A database of jobs.
pub(crate) trait Engine: Send + Sync {
    /// Forwards the announcements of other processes. Never returns; an engine without
    /// announcements only waits.
    fn listen<'a>(&'a self, hub: &'a Hub) -> BoxFuture<'a, ()>;

    /// Returns the interval at which a process asks for new jobs, results and cancellations.
    fn poll_interval(&self) -> std::time::Duration;

    /// Stores a batch and its jobs: all of them or nothing.
    ///
    /// A batch with the key of a stored one is that one.
    fn submit<'a>(&'a self, batch: &'a NewBatch, items: &'a [String]) -> Reply<'a, Submitted>;

    /// Adds jobs to a batch, from this position on.
    fn append<'a>(&'a self, id: BatchId, batch: &'a NewBatch, start: usize, items: &'a [String]) -> Reply<'a, ()>;

    /// Takes jobs of one function for one worker.
    fn claim<'a>(&'a self, claim: &'a Claim) -> Reply<'a, Vec<Claimed>>;

    /// Records the ends of jobs in one transaction.
    fn settle<'a>(&'a self, worker: &'a str, finished: &'a [Finished]) -> Reply<'a, ()>;

    /// Prolongs leases, and returns the jobs that the worker still holds.
    fn extend<'a>(&'a self, worker: &'a str, lease_ms: i64, jobs: &'a [i64]) -> Reply<'a, Vec<i64>>;

    /// Returns the batches among `batches` that are cancelled or gone, with the reason.
    fn cancelled<'a>(&'a self, batches: &'a [BatchId]) -> Reply<'a, Vec<(BatchId, String)>>;

    /// Gives back all jobs of a worker that has stopped.
    fn release<'a>(&'a self, worker: &'a str) -> Reply<'a, ()>;

    /// Records that a server is alive.
    fn announce<'a>(&'a self, worker: &'a str, queue: &'a str, function: &'a str) -> Reply<'a, ()>;

    /// Cancels a batch: removes the jobs that nobody works on.
    fn cancel<'a>(&'a self, batch: BatchId, reason: &'a str) -> Reply<'a, ()>;

    /// Gives a sign of life for a batch. Returns `false` if the batch is gone or cancelled.
    fn keep(&self, batch: BatchId, alive_ms: i64) -> Reply<'_, bool>;

    /// Returns results in the order in which they were stored, after the one with the number
    /// `after`.
    fn results(&self, batch: BatchId, after: i64) -> Reply<'_, Vec<ResultRow>>;

    /// Returns the positions of all stored results.
    fn positions(&self, batch: BatchId) -> Reply<'_, Vec<i32>>;

    /// Returns the results at these positions.
    fn results_at<'a>(&'a self, batch: BatchId, positions: &'a [i32]) -> Reply<'a, Vec<ResultRow>>;

    /// Returns the number of jobs of a batch that a live worker holds.
    fn running(&self, batch: BatchId) -> Reply<'_, i64>;

    /// Removes a batch whose results were taken, or keeps it for a time, for callers with its key.
    fn finish(&self, batch: BatchId, keep_ms: Option<i64>) -> Reply<'_, ()>;

    /// Takes over jobs whose lease is over, and removes batches without a caller.
    fn sweep(&self) -> Reply<'_, Abandoned>;

    /// Lists the dead letters of a queue, or of all, the oldest first.
    fn dead<'a>(&'a self, queue: Option<&'a str>) -> Reply<'a, Vec<Dead>>;

    /// Makes jobs of dead letters, and returns their number.
    fn requeue<'a>(&'a self, ids: &'a [i64]) -> Reply<'a, u64>;

    /// Returns the state of each queue.
    fn status(&self) -> Reply<'_, Vec<QueueStatus>>;

    /// Returns the state of one queue to one of its servers, and `None` to all others: counting
    /// jobs costs time, and once is enough.
    fn report<'a>(&'a self, worker: &'a str, queue: &'a str) -> Reply<'a, Option<Vec<QueueStatus>>>;
}

/// The version of the tables. A database with a higher one belongs to a newer program.
const SCHEMA: i64 = 1;

/// Refuses tables of a newer version.
fn check_version(found: i64) -> Result<(), JobsError> {
    if found > SCHEMA { Err(JobsError::SchemaTooNew { found, known: SCHEMA }) } else { Ok(()) }
}

/// The text of the result of a job that was lost, and of its dead letter.
const LOST: &str = "its process died, or lost the database for longer than the lease, in the last attempt";

/// The highest number of rows that a statement reads or writes.
pub(crate) const ROWS: usize = 1000;
/// The highest number of bytes of payload in a statement, if it is more than one row.
pub(crate) const BYTES: usize = 8 << 20;

/// Cuts rows into pieces of up to [`ROWS`] rows and about [`BYTES`] bytes.
pub(crate) fn chunks(items: &[String]) -> impl Iterator<Item = (usize, &[String])> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = items.get(from..).filter(|rest| !rest.is_empty())?;
        let mut bytes = 0;
        let fits = |item: &&String| {
            bytes += item.len();
            bytes <= BYTES
        };
        let count = rest.iter().take(ROWS).take_while(fits).count().max(1);
        let start = from;
        from += count;
        Some((start, &rest[..count]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_of_10_000_items_is_submitted_in_ten_statements() {
        let items = vec![String::from("1"); 10_000];
        let sizes: Vec<_> = chunks(&items).map(|(start, items)| (start, items.len())).collect();
        assert_eq!(sizes.len(), 10);
        assert_eq!(sizes[9], (9000, 1000));
    }

    #[test]
    fn large_items_go_in_statements_of_their_own() {
        let items = vec!["x".repeat(BYTES * 2), "y".into(), "z".into()];
        let sizes: Vec<_> = chunks(&items).map(|(start, items)| (start, items.len())).collect();
        assert_eq!(sizes, [(0, 1), (1, 2)]);
        assert_eq!(chunks(&[]).count(), 0);
    }
}
