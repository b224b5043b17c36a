//! Dead letters and the state of queues, as public types.

use std::fmt;
use std::time::Duration;

use crate::engine::types::{Dead, QueueStatus};

/// The number of a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId {
    database: usize,
    number: i64,
}

impl JobId {
    pub(crate) fn database(self) -> usize {
        self.database
    }

    pub(crate) fn number(self) -> i64 {
        self.number
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.database, self.number)
    }
}

/// A dead letter: an item whose last attempt failed. [`Jobs::requeue`](crate::Jobs::requeue) makes
/// it a job again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadJob {
    /// Its number.
    pub id: JobId,
    /// Its queue.
    pub queue: String,
    /// The name of its function.
    pub function: String,
    /// The item, as JSON.
    pub item: String,
    /// The error of the last attempt as JSON, or the reason why there is none.
    pub error: String,
    /// The number of attempts.
    pub attempts: u32,
    /// The time since the last one.
    pub age: Duration,
}

impl DeadJob {
    pub(crate) fn new(letter: Dead, database: usize) -> Self {
        Self {
            id: JobId { database, number: letter.id },
            queue: letter.queue,
            function: letter.function,
            item: letter.payload,
            error: letter.error,
            attempts: letter.attempts.unsigned_abs(),
            age: milliseconds(letter.age_ms),
        }
    }
}

/// The numbers of one function's jobs in one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueState {
    /// The queue.
    pub queue: String,
    /// The name of the function.
    pub function: String,
    /// The number of jobs that a worker could take now.
    pub waiting: u64,
    /// The number of jobs whose time has not come: delayed, or between two attempts.
    pub delayed: u64,
    /// The number of jobs that a worker holds.
    pub running: u64,
    /// The number of dead letters.
    pub dead: u64,
    /// The number of servers that gave a sign of life in the last 90 s. Without one, jobs wait.
    pub servers: u64,
    /// The longest time that a job has waited.
    pub oldest: Duration,
}

impl QueueState {
    pub(crate) fn new(status: QueueStatus) -> Self {
        Self {
            queue: status.queue,
            function: status.function,
            waiting: status.waiting.unsigned_abs(),
            delayed: status.delayed.unsigned_abs(),
            running: status.running.unsigned_abs(),
            dead: status.dead.unsigned_abs(),
            servers: status.servers.unsigned_abs(),
            oldest: milliseconds(status.oldest_ms),
        }
    }
}

fn milliseconds(number: i64) -> Duration {
    Duration::from_millis(u64::try_from(number).unwrap_or(0))
}
