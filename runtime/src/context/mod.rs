//! [`Context`]: cancellation, deadlines and values, passed from call to call.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Cause, ContextError};

mod alarm;
pub(crate) mod announce;
mod cancelled;
mod canceller;
pub(crate) mod current;
mod derive;
pub(crate) mod frame;
pub(crate) mod grace;
mod hook;
pub(crate) mod limit;
pub(crate) mod race;
mod scope;
mod shield;
mod values;
mod wait;
mod waiter;

#[cfg(all(test, taskward_loom))]
mod loom_models;

pub use self::cancelled::WaitForCancel;
pub use self::canceller::Canceller;
pub(crate) use self::canceller::OwnContext;
pub use self::hook::CancelHook;
pub(crate) use self::scope::Scope;
pub use self::shield::Shield;
use self::values::Values;

/// What a call needs to know of the world around it: whether it is still wanted, until when, and a few typed values.
///
/// A `Context` only observes; to cancel needs the [`Canceller`] that comes out of [`with_cancel`](Self::with_cancel). Contexts form a
/// tree: what ends a context ends all that were derived from it, with the same error. A clone is the same context, and
/// costs a reference count. Ending is for good, and it is level-triggered: whoever looks later sees it too.
///
/// A child costs its parent nothing until something waits on it, and a finished child leaves nothing behind.
///
/// ```
/// use std::time::Duration;
/// use taskward::{Context, ContextError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ContextError> {
/// struct RequestId(u64);
///
/// let (ctx, canceller) = Context::background().with_value(RequestId(7)).with_cancel();
/// let limited = ctx.with_timeout(Duration::from_secs(5));
///
/// limited.check()?;
/// assert_eq!(limited.value::<RequestId>().unwrap().0, 7);
///
/// canceller.cancel_with("shutting down");
/// let error = limited.cancelled().await;
/// assert_eq!(error.to_string(), "cancelled: shutting down");
/// # Ok(())
/// # }
/// ```
///
/// Modelled on Go's `context.Context`; the separation of observing from cancelling is that of C#'s
/// `CancellationToken` and its source.
#[derive(Clone, Default)]
pub struct Context {
    /// `None`: never ends.
    scope: Option<Arc<Scope>>,
    values: Option<Arc<Values>>,
}

impl Context {
    /// The root of a tree: never cancelled, without deadline or values. Costs nothing.
    ///
    /// ```
    /// assert!(!taskward::Context::background().has_ended());
    /// ```
    #[must_use]
    pub const fn background() -> Self {
        Self { scope: None, values: None }
    }

    /// The context of the annotated call that is being polled on this thread, or else [`background`](Self::background).
    ///
    /// For code whose signature cannot carry a context. A task that is spawned starts without one.
    ///
    /// ```
    /// use taskward::{Context, ContextError, cancellable};
    ///
    /// struct RequestId(u64);
    ///
    /// #[cancellable]
    /// async fn handle(ctx: &Context) -> Result<u64, ContextError> {
    ///     Ok(async { deep_below() }.await)
    /// }
    ///
    /// fn deep_below() -> u64 {
    ///     Context::current().value::<RequestId>().unwrap().0
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ctx = Context::background().with_value(RequestId(7));
    /// assert_eq!(handle(&ctx).await.unwrap(), 7);
    /// # }
    /// ```
    #[must_use]
    pub fn current() -> Self {
        current::current()
    }

    /// The number of the attempt that the context is of, under `#[retry]`: 1 for the first, and where nothing is retried.
    ///
    /// ```
    /// use taskward::{Context, ContextError, retry};
    ///
    /// #[derive(Debug)]
    /// struct Failed(u32);
    ///
    /// #[retry(attempts = 3)]
    /// async fn fetch() -> Result<(), Failed> {
    ///     Err(Failed(Context::current().attempt()))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// assert_eq!(fetch().await.unwrap_err().0, 3);
    /// # }
    /// ```
    #[must_use]
    pub fn attempt(&self) -> u32 {
        crate::retry::attempt_of(self)
    }

    /// The value of type `T` that was put in last, here or above.
    #[must_use]
    pub fn value<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.values.as_deref()?.find()
    }

    /// `Ok` while the context lives.
    ///
    /// One atomic load, without a deadline. A child that nothing waits on looks at its ancestors, too; with a deadline, it
    /// looks at the clock.
    ///
    /// # Errors
    ///
    /// Why the context ended, once it has.
    #[inline]
    pub fn check(&self) -> Result<(), ContextError> {
        if self.has_ended() { Err(self.why()) } else { Ok(()) }
    }

    /// Whether the context has ended, cancelled or out of time.
    #[inline]
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.scope.as_ref().is_some_and(Scope::has_ended)
    }

    /// Whether the context has ended, or will have as soon as whoever ends an ancestor gets here.
    pub(crate) fn is_ending(&self) -> bool {
        self.scope.as_ref().is_some_and(|scope| scope.is_ending())
    }

    /// When the context ends at the latest: the earliest deadline from here to the root. That of a single flight's context moves on as
    /// callers join it.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.scope.as_ref()?.current_deadline()
    }

    /// The time left until [`deadline`](Self::deadline); zero once it has passed.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        Some(self.deadline()?.saturating_duration_since(Instant::now()))
    }

    /// What ended the context; see [`ContextError::cause`]. `None` while it lives, and for a cancellation without a cause.
    ///
    /// ```
    /// let (ctx, canceller) = taskward::Context::background().with_cancel();
    /// canceller.cancel_with("the disk is full");
    /// assert_eq!(ctx.cause().unwrap().to_string(), "the disk is full");
    /// ```
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.check().err()?.into_cause()
    }

    #[inline]
    pub(crate) fn scope(&self) -> Option<&Arc<Scope>> {
        self.scope.as_ref()
    }

    pub(crate) fn same_scope(&self, other: &Self) -> bool {
        match (&self.scope, &other.scope) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            (None, None) => true,
            _ => false,
        }
    }

    /// Why the context ended. Only to be asked of one that has.
    #[cold]
    pub(crate) fn why(&self) -> ContextError {
        self.scope.as_ref().map_or_else(ContextError::cancelled, |scope| scope.why())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("ended", &self.check().err())
            .field("deadline", &self.deadline())
            .finish_non_exhaustive()
    }
}
