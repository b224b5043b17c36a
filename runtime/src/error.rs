//! The errors of ended contexts.

use std::error::Error;
use std::fmt;
use std::io;
use std::ops::Deref;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use crate::limit::{Limit, SharedCause};

/// The cause of a context's end: the value passed to
/// [`Canceller::cancel_with`](crate::Canceller::cancel_with) or
/// [`Context::with_timeout_cause`](crate::Context::with_timeout_cause), or the time limit that
/// passed.
///
/// Dereferences to the error, so that typed causes can be downcast:
///
/// ```
/// #[derive(Debug, thiserror::Error)]
/// #[error("the client went away")]
/// struct ClientGone;
///
/// let (ctx, canceller) = taskward::Context::background().with_cancel();
/// canceller.cancel_with(ClientGone);
/// assert!(ctx.cause().unwrap().downcast_ref::<ClientGone>().is_some());
/// ```
#[derive(Clone)]
pub struct Cause {
    why: ContextError,
}

/// The reason for the end of a [`Context`](crate::Context), and for the interruption of a call.
///
/// Cheap to clone. A function with `#[cancellable]` or `#[with_timeout]` returns it as part of its
/// own error type, through `E: From<ContextError>`:
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
/// The text names the cause, and [`source`](Error::source) is the cause's own source, so that a
/// printed chain states each fact once.
///
/// Modelled on Go's `context.Canceled`, `context.DeadlineExceeded` and `context.Cause`. Unlike in
/// Go, the cause is part of the error.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ContextError {
    /// The context was cancelled, or its `Canceller` was dropped.
    Cancelled(Cancelled),
    /// A time limit passed.
    DeadlineExceeded(DeadlineExceeded),
}

/// A cancellation, with its cause if there is one.
///
/// ```
/// use taskward::{Cancelled, Context, ContextError};
///
/// let (ctx, canceller) = Context::background().with_cancel();
/// canceller.cancel_with("not needed");
/// let Err(ContextError::Cancelled(why)) = ctx.check() else { unreachable!() };
/// let why: Cancelled = why;
/// assert_eq!(why.cause().unwrap().to_string(), "not needed");
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Cancelled {
    cause: Option<SharedCause>,
}

/// The time limit that passed: its length and its owner.
///
/// ```
/// use std::time::Duration;
/// use taskward::{Context, ContextError};
///
/// let ctx = Context::background().with_timeout(Duration::ZERO);
/// let Err(ContextError::DeadlineExceeded(why)) = ctx.check() else { unreachable!() };
/// assert_eq!((why.limit(), why.owner()), (Some(Duration::ZERO), None));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeadlineExceeded {
    limit: Arc<Limit>,
}

impl ContextError {
    /// Returns whether the context was cancelled, as opposed to out of time.
    ///
    /// ```
    /// use taskward::Context;
    ///
    /// let (ctx, canceller) = Context::background().with_cancel();
    /// canceller.cancel();
    /// let why = ctx.check().unwrap_err();
    /// assert!(why.is_cancelled() && !why.is_deadline_exceeded());
    /// ```
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }

    /// Returns whether a time limit ended the context.
    #[must_use]
    pub fn is_deadline_exceeded(&self) -> bool {
        matches!(self, Self::DeadlineExceeded(_))
    }

    /// Returns the cause of the end: the value passed to `cancel_with` or `with_timeout_cause`, or
    /// the [`DeadlineExceeded`] that describes the limit. Returns `None` for a cancellation
    /// without a cause.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        match self {
            Self::Cancelled(cancelled) => cancelled.cause(),
            Self::DeadlineExceeded(exceeded) => Some(exceeded.cause().unwrap_or(exceeded)),
        }
    }

    /// Finds the `ContextError` in an error or its chain of sources: inside an `anyhow::Error`, a
    /// `Box<dyn Error>` or an [`io::Error`]. Returns `None` if the error is not an interruption.
    ///
    /// A `#[error(transparent)]` variant of an enum hides its content from the chain; match on the
    /// variant instead.
    ///
    /// ```
    /// use taskward::{Context, ContextError};
    ///
    /// let (ctx, canceller) = Context::background().with_cancel();
    /// canceller.cancel_with("shutting down");
    /// let error: anyhow::Error = std::io::Error::from(ctx.check().unwrap_err()).into();
    /// let why = ContextError::find(error.as_ref()).unwrap();
    /// assert_eq!(why.to_string(), "cancelled: shutting down");
    /// ```
    #[must_use]
    pub fn find<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            // The source of an `io::Error` is that of its payload; the payload itself is not in
            // the chain.
            if let Some(found) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                next = Some(found);
                continue;
            }
            next = error.source();
        }
        None
    }

    /// Returns the cause by value.
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
    /// Returns the cause passed to [`cancel_with`](crate::Canceller::cancel_with).
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        Some(&***self.cause.as_ref()?)
    }
}

impl DeadlineExceeded {
    /// Returns the length of the limit, or `None` for a point in time.
    #[must_use]
    pub fn limit(&self) -> Option<Duration> {
        self.limit.duration
    }

    /// Returns the function whose `#[with_timeout]` set the limit, or `None` if a method of
    /// [`Context`](crate::Context) did.
    #[must_use]
    pub fn owner(&self) -> Option<&'static str> {
        self.limit.owner
    }

    /// Returns the cause passed to [`with_timeout_cause`](crate::Context::with_timeout_cause) or
    /// [`with_deadline_cause`](crate::Context::with_deadline_cause).
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        Some(&***self.limit.cause.as_ref()?)
    }
}

// The values behind these pointers are immutable.
impl UnwindSafe for ContextError {}
impl RefUnwindSafe for ContextError {}
impl UnwindSafe for Cancelled {}
impl RefUnwindSafe for Cancelled {}
impl UnwindSafe for DeadlineExceeded {}
impl RefUnwindSafe for DeadlineExceeded {}

impl Deref for Cause {
    type Target = dyn Error + Send + Sync + 'static;

    fn deref(&self) -> &Self::Target {
        // Checked in `into_cause`.
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

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled(cancelled) => cancelled.fmt(f),
            Self::DeadlineExceeded(exceeded) => write!(f, "deadline exceeded: {exceeded}"),
        }
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            None => f.write_str("cancelled"),
            Some(cause) => write!(f, "cancelled: {cause}"),
        }
    }
}

impl fmt::Display for DeadlineExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.limit.cause, self.limit.owner, self.limit.duration) {
            (Some(cause), ..) => cause.fmt(f),
            (None, Some(owner), Some(limit)) => write!(f, "`{owner}` took longer than {limit:?}"),
            (None, Some(owner), None) => write!(f, "`{owner}` ran past its deadline"),
            (None, None, Some(limit)) => write!(f, "the time limit of {limit:?} passed"),
            (None, None, None) => f.write_str("the deadline passed"),
        }
    }
}

impl Error for ContextError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Cancelled(cancelled) => cancelled.source(),
            Self::DeadlineExceeded(exceeded) => exceeded.source(),
        }
    }
}

impl Error for Cancelled {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref()?.source()
    }
}

impl Error for DeadlineExceeded {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.limit.cause.as_ref()?.source()
    }
}

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

/// Lets functions that return `io::Result` be interrupted: a time limit becomes
/// [`TimedOut`](io::ErrorKind::TimedOut), and a cancellation [`Other`](io::ErrorKind::Other).
/// Never becomes `Interrupted`, which callers retry.
impl From<ContextError> for io::Error {
    fn from(error: ContextError) -> Self {
        match error {
            ContextError::Cancelled(_) => io::Error::other(error),
            ContextError::DeadlineExceeded(_) => io::Error::new(io::ErrorKind::TimedOut, error),
        }
    }
}
