//! Why a context ended.

use std::error::Error;
use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

/// What ended a context: the reason that was given to [`Canceller::cancel_with`](crate::Canceller::cancel_with), or the time
/// limit that passed. Derefs to the error, for `downcast_ref`.
#[derive(Clone)]
pub struct Cause {
    why: ContextError,
}

/// Why a [`Context`](crate::Context) ended, and so why a call was interrupted.
///
/// Cheap to clone. A function that is annotated with `#[cancellable]` or `#[with_timeout]` returns it inside its own
/// error type, by `E: From<ContextError>`:
///
/// ```
/// use taskward::ContextError;
///
/// #[derive(Debug, thiserror::Error)]
/// enum FetchError {
///     #[error("the host is unknown")]
///     UnknownHost,
///     #[error(transparent)]
///     Interrupted(#[from] ContextError),
/// }
/// ```
///
/// The model is Go's `context.Canceled` and `context.DeadlineExceeded` together with `context.Cause`; other than there,
/// the cause is part of the error itself and is in its text.
#[derive(Clone, Debug)]
pub enum ContextError {
    /// Somebody cancelled the context, or dropped its `Canceller`.
    Cancelled(Cancelled),
    /// A time limit passed.
    DeadlineExceeded(DeadlineExceeded),
}

/// A cancellation and its cause, if one was given.
#[derive(Clone, Debug, Default)]
pub struct Cancelled {
    // Thin, as everything in `ContextError`: every result of an annotated function carries room for it.
    cause: Option<Arc<Box<dyn Error + Send + Sync>>>,
}

/// The time limit that passed: how long it was and whose.
#[derive(Clone, Debug)]
pub struct DeadlineExceeded {
    limit: Arc<Limit>,
}

/// What a deadline's error says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limit {
    pub(crate) duration: Option<Duration>,
    pub(crate) owner: Option<&'static str>,
}

impl Limit {
    /// The time limit on the calls of a function.
    #[must_use]
    pub const fn of_call(duration: Duration, owner: &'static str) -> Self {
        Self { duration: Some(duration), owner: Some(owner) }
    }
}

impl ContextError {
    /// Whether the context was cancelled, as opposed to out of time.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }

    /// Whether a time limit ended the context.
    #[must_use]
    pub fn is_deadline_exceeded(&self) -> bool {
        matches!(self, Self::DeadlineExceeded(_))
    }

    /// What ended the context: the cause given to `cancel_with`, or the [`DeadlineExceeded`] that says whose limit
    /// passed. `None` for a cancellation without a cause.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        match self {
            Self::Cancelled(cancelled) => cancelled.cause(),
            Self::DeadlineExceeded(exceeded) => Some(exceeded),
        }
    }

    /// The same as [`cause`](Self::cause), owned.
    pub(crate) fn into_cause(self) -> Option<Cause> {
        self.cause()?;
        Some(Cause { why: self })
    }

    pub(crate) fn cancelled() -> Self {
        Self::Cancelled(Cancelled { cause: None })
    }

    pub(crate) fn cancelled_with(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self::Cancelled(Cancelled { cause: Some(Arc::new(cause)) })
    }

    pub(crate) fn deadline(limit: Limit) -> Self {
        Self::DeadlineExceeded(DeadlineExceeded { limit: Arc::new(limit) })
    }
}

impl Cancelled {
    /// The cause given to [`cancel_with`](crate::Canceller::cancel_with).
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        Some(&***self.cause.as_ref()?)
    }
}

impl Deref for Cause {
    type Target = dyn Error + Send + Sync + 'static;

    fn deref(&self) -> &Self::Target {
        // There is one: see `into_cause`.
        self.why.cause().unwrap_or(&self.why)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}

impl DeadlineExceeded {
    /// How long the limit was. `None` if it was set as a point in time.
    #[must_use]
    pub fn limit(&self) -> Option<Duration> {
        self.limit.duration
    }

    /// The function whose `#[with_timeout]` set the limit. `None` if [`Context::with_timeout`](crate::Context::with_timeout) or
    /// [`with_deadline`](crate::Context::with_deadline) did.
    #[must_use]
    pub fn owner(&self) -> Option<&'static str> {
        self.limit.owner
    }
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled(Cancelled { cause: None }) => f.write_str("cancelled"),
            Self::Cancelled(Cancelled { cause: Some(cause) }) => write!(f, "cancelled: {cause}"),
            Self::DeadlineExceeded(exceeded) => write!(f, "deadline exceeded: {exceeded}"),
        }
    }
}

impl fmt::Display for DeadlineExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.limit.owner, self.limit.duration) {
            (Some(owner), Some(limit)) => write!(f, "`{owner}` took longer than {limit:?}"),
            (Some(owner), None) => write!(f, "`{owner}` ran past its deadline"),
            (None, Some(limit)) => write!(f, "the time limit of {limit:?} passed"),
            (None, None) => f.write_str("the deadline passed"),
        }
    }
}

impl Error for ContextError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause().map(|cause| cause as &(dyn Error + 'static))
    }
}

impl Error for DeadlineExceeded {}

/// Lets functions that return `io::Result` be interrupted: [`TimedOut`](io::ErrorKind::TimedOut) for a time limit and
/// [`Other`](io::ErrorKind::Other) for a cancellation. Never `Interrupted`, which callers retry.
impl From<Cancelled> for ContextError {
    fn from(why: Cancelled) -> Self {
        Self::Cancelled(why)
    }
}

impl From<DeadlineExceeded> for ContextError {
    fn from(why: DeadlineExceeded) -> Self {
        Self::DeadlineExceeded(why)
    }
}

impl From<ContextError> for io::Error {
    fn from(error: ContextError) -> Self {
        match error {
            ContextError::Cancelled(_) => io::Error::other(error),
            ContextError::DeadlineExceeded(_) => io::Error::new(io::ErrorKind::TimedOut, error),
        }
    }
}

/// The code says which of the two; the reason is in the message, and in `source()` on this side of the wire.
#[cfg(feature = "tonic")]
impl From<ContextError> for tonic::Status {
    fn from(error: ContextError) -> Self {
        let code = match error {
            ContextError::Cancelled(_) => tonic::Code::Cancelled,
            ContextError::DeadlineExceeded(_) => tonic::Code::DeadlineExceeded,
        };
        let mut status = Self::new(code, error.to_string());
        status.set_source(Arc::new(error));
        status
    }
}
