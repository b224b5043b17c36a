//! [`JobsError`].

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// An error of a job queue, or of an item that has no result of its function.
///
/// The methods of [`Jobs`](crate::Jobs) return it. In a batch it is the
/// [cause](taskward::ContextError::cause) of a [`ContextError`](taskward::ContextError), so that a
/// function's own error type can hold it:
///
/// ```
/// use taskward::ContextError;
/// use taskward_jobs::JobsError;
///
/// fn is_poisonous(error: &ContextError) -> bool {
///     let cause = error.cause().and_then(|cause| cause.downcast_ref::<JobsError>());
///     matches!(cause, Some(JobsError::Lost { .. } | JobsError::Panicked { .. }))
/// }
/// # let (ctx, canceller) = taskward::Context::background().with_cancel();
/// # canceller.cancel();
/// # assert!(!is_poisonous(&ctx.check().unwrap_err()));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JobsError {
    /// The URL names no database of a kind that this build knows.
    Url {
        /// The URL without a password.
        url: String,
    },
    /// The database cannot be reached, or refuses a statement.
    #[non_exhaustive]
    Database {
        /// The step that failed, such as `submit jobs`.
        doing: &'static str,
        /// The error of the database.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The tables were made by a newer version of this crate.
    SchemaTooNew {
        /// The version of the tables.
        found: i64,
        /// The highest version that this program knows.
        known: i64,
    },
    /// An item cannot be encoded.
    #[non_exhaustive]
    Encode {
        /// The error of the encoder.
        source: Arc<serde_json::Error>,
    },
    /// An item, a result or a value was written by other code, and cannot be decoded.
    #[non_exhaustive]
    Decode {
        /// The value, such as `the result of an item`.
        what: String,
        /// The error of the decoder.
        reason: String,
    },
    /// The function panicked in its last attempt.
    Panicked {
        /// The panic's message.
        message: String,
    },
    /// The process died, or lost its database, in each attempt at this item.
    Lost {
        /// The known circumstances.
        message: String,
    },
    /// Another process cancelled the batch.
    Cancelled {
        /// The reason that was given.
        reason: String,
    },
    /// The batch is no longer in the database.
    BatchGone,
    /// Two batches with one key differ in their number of items.
    KeyReused {
        /// The key.
        key: String,
    },
}

impl JobsError {
    pub(crate) fn encode(source: serde_json::Error) -> Self {
        Self::Encode { source: Arc::new(source) }
    }

    pub(crate) fn decode(what: impl Into<String>, why: &serde_json::Error) -> Self {
        Self::Decode { what: what.into(), reason: why.to_string() }
    }

    /// Returns `true` if another attempt may succeed.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Database { .. })
    }
}

/// Adds the failed step to an error of the database.
pub(crate) trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T, JobsError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, doing: &'static str) -> Result<T, JobsError> {
        self.map_err(|error| JobsError::Database { doing, source: Arc::new(error) })
    }
}

impl fmt::Display for JobsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url } => {
                write!(f, "`{url}` names no job queue: write `postgres://…`, `sqlite://path` or `sqlite::memory:`")
            }
            Self::Database { doing, source } => write!(f, "cannot {doing}: {source}"),
            Self::SchemaTooNew { found, known } => write!(
                f,
                "the tables of the job queue have version {found}, and this program knows {known}: update taskward-jobs"
            ),
            Self::Encode { source } => write!(f, "an item cannot be encoded: {source}"),
            Self::Decode { what, reason } => write!(f, "{what} cannot be decoded: {reason}"),
            Self::Panicked { message } => write!(f, "the job panicked: {message}"),
            Self::Lost { message } => write!(f, "the job was lost: {message}"),
            Self::Cancelled { reason } => write!(f, "the batch was cancelled: {reason}"),
            Self::BatchGone => f.write_str("the batch is no longer in the database"),
            Self::KeyReused { key } => {
                write!(f, "the batch with the key `{key}` has another number of items")
            }
        }
    }
}

impl Error for JobsError {
    /// Returns the source of the database's error, whose own text is a part of this error's.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Database { source, .. } => source.source(),
            Self::Encode { source } => source.source(),
            _ => None,
        }
    }
}
