//! The rows that go to a database of jobs and come from it.

/// The number of a batch in its database.
pub(crate) type BatchId = i64;

/// A batch to store.
pub(crate) struct NewBatch {
    pub(crate) queue: String,
    pub(crate) function: String,
    pub(crate) envelope: String,
    pub(crate) deadline_ms: Option<i64>,
    /// The time that the batch lives without a sign of its caller.
    pub(crate) alive_ms: i64,
    pub(crate) key: Option<String>,
    pub(crate) priority: i32,
    pub(crate) delay_ms: i64,
    /// The number of attempts at an item that fails.
    pub(crate) attempts: i32,
    /// The number of attempts at an item whose worker dies.
    pub(crate) deliveries: i32,
}

/// A batch that was stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Submitted {
    pub(crate) id: BatchId,
    pub(crate) items: i64,
}

/// A request for jobs.
pub(crate) struct Claim {
    pub(crate) queue: String,
    pub(crate) function: String,
    pub(crate) worker: String,
    pub(crate) limit: i64,
    /// The number of jobs that begin at once. The others are taken in advance.
    pub(crate) begin: i64,
    pub(crate) lease_ms: i64,
}

/// A job that a worker holds.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) id: i64,
    pub(crate) batch: Option<BatchId>,
    pub(crate) attempt: i32,
    pub(crate) attempts: i32,
    pub(crate) payload: String,
    pub(crate) envelope: Option<String>,
    /// The time until the deadline.
    pub(crate) remaining_ms: Option<i64>,
    /// The reason for which the batch was cancelled.
    pub(crate) cancelled: Option<String>,
}

/// The end of a job.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    pub(crate) id: i64,
    pub(crate) attempt: i32,
    pub(crate) end: End,
}

/// The end of one attempt.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The item's result, also if another worker holds the job by now.
    Result(Outcome, String),
    /// The last attempt failed: a dead letter with this text, and the item's result.
    Dead(String, Outcome, String),
    /// Another attempt after a pause.
    Retry(i64, String),
    /// Not begun or not finished, through no fault of the item: the attempt does not count.
    Release,
    /// The result is not wanted any more.
    Cancelled,
}

/// The kind of a stored result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The function's output.
    Output = 0,
    /// The function's error.
    Error = 1,
    /// A text: the item could not be decoded.
    Undecodable = 2,
    /// A text: the function panicked.
    Panicked = 3,
    /// A text: the process of each attempt died.
    Lost = 4,
}

impl From<i32> for Outcome {
    fn from(code: i32) -> Self {
        match code {
            0 => Self::Output,
            1 => Self::Error,
            2 => Self::Undecodable,
            3 => Self::Panicked,
            _ => Self::Lost,
        }
    }
}

/// A stored result.
#[derive(Debug)]
pub(crate) struct ResultRow {
    pub(crate) number: i64,
    pub(crate) position: i32,
    pub(crate) outcome: Outcome,
    pub(crate) value: String,
}

/// The numbers of a sweep.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Abandoned {
    /// Jobs of dead workers that were given to others.
    pub(crate) released: u64,
    /// Jobs of dead workers that became dead letters.
    pub(crate) dead: u64,
    /// Batches without a caller.
    pub(crate) batches: u64,
}

/// A dead letter.
#[derive(Debug)]
pub(crate) struct Dead {
    pub(crate) id: i64,
    pub(crate) queue: String,
    pub(crate) function: String,
    pub(crate) payload: String,
    pub(crate) error: String,
    pub(crate) attempts: i32,
    pub(crate) age_ms: i64,
}

/// The numbers of one function in one queue.
#[derive(Debug, Default)]
pub(crate) struct QueueStatus {
    pub(crate) queue: String,
    pub(crate) function: String,
    pub(crate) waiting: i64,
    pub(crate) delayed: i64,
    pub(crate) running: i64,
    pub(crate) dead: i64,
    pub(crate) servers: i64,
    pub(crate) oldest_ms: i64,
}

impl QueueStatus {
    /// A function without jobs, dead letters and servers.
    pub(crate) fn empty(queue: &str, function: &str) -> Self {
        Self { queue: queue.to_owned(), function: function.to_owned(), ..Self::default() }
    }
}
