//! The context handle: passing and querying it.

use std::any::Any;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::tree::node::Node;
use super::values::Values;
use crate::error::{Cause, ContextError};
use crate::limit::Limit;

/// The cancellation, the deadline and the typed values of a call.
///
/// A `Context` only observes; cancelling needs the [`Canceller`](crate::Canceller) that
/// [`with_cancel`](Self::with_cancel) returns. Contexts form a tree: the end of a context ends
/// every context derived from it, with the same error. A clone is the same context and costs a
/// reference count. An ended context stays ended.
///
/// The first end wins: a context ended by its parent or its deadline reports that end, whatever
/// happens later, even if nothing had observed it. Querying a context has no side effects.
///
/// A child costs its parent nothing until something waits on it. A finished child leaves nothing
/// behind.
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
/// Two contexts are equal if they are clones of one another.
///
/// In a file that also uses `std::task::Context` or `anyhow::Context`, import it under another
/// name: `use taskward::Context as Ctx`.
///
/// Modelled on Go's `context.Context`. The separation of observing from cancelling follows C#'s
/// `CancellationToken` and `CancellationTokenSource`.
#[derive(Clone, Default)]
pub struct Context {
    /// `None` for a context that never ends.
    pub(super) node: Option<Arc<Node>>,
    pub(super) values: Option<Values>,
}

// Holds across panics: the locks guard lists of observers, which are valid at each step, and
// values are immutable.
impl UnwindSafe for Context {}
impl RefUnwindSafe for Context {}

impl Context {
    /// Returns the root of a tree, without cancellation, deadline or values. Costs nothing.
    ///
    /// ```
    /// assert!(!taskward::Context::background().has_ended());
    /// ```
    #[must_use]
    pub const fn background() -> Self {
        Self { node: None, values: None }
    }

    /// Returns the value of type `T` added most recently to this context or an ancestor.
    ///
    /// Takes logarithmic time in the number of types, independent of the depth.
    ///
    /// ```
    /// use taskward::Context;
    ///
    /// let ctx = Context::background().with_value(7_u32);
    /// assert_eq!(ctx.value::<u32>(), Some(&7));
    /// assert_eq!(ctx.value::<u64>(), None);
    /// ```
    #[must_use]
    pub fn value<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.values.as_ref()?.find()
    }

    /// Returns `Ok` while the context is alive.
    ///
    /// Costs one atomic load without a deadline, and a clock reading with one; a child that
    /// nothing waits on also checks its ancestors. A deadline in the past counts even if no timer
    /// has fired. Runs no user code.
    ///
    /// # Errors
    ///
    /// Returns the reason once the context has ended.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskward::{Context, ContextError};
    ///
    /// let ctx = Context::background();
    /// assert!(ctx.check().is_ok());
    /// let expired = ctx.with_timeout(Duration::ZERO);
    /// assert!(matches!(expired.check(), Err(ContextError::DeadlineExceeded(_))));
    /// ```
    #[inline]
    pub fn check(&self) -> Result<(), ContextError> {
        if self.has_ended() { Err(self.why()) } else { Ok(()) }
    }

    /// Returns whether the context was cancelled or its deadline has passed. As cheap as
    /// [`check`](Self::check).
    #[inline]
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.node.as_ref().is_some_and(Node::has_ended)
    }

    /// Returns the earliest deadline of this context and its ancestors.
    ///
    /// The deadline of a single flight moves on as callers join. The deadline of
    /// [`linger`](Self::linger) is known once its clock has started.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskward::Context;
    ///
    /// let ctx = Context::background().with_timeout(Duration::from_secs(5));
    /// let child = ctx.with_timeout(Duration::from_secs(60));
    /// assert_eq!(child.deadline(), ctx.deadline());
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.node.as_ref()?.deadline()
    }

    /// Returns the time left until [`deadline`](Self::deadline), or zero if it has passed.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskward::Context;
    ///
    /// let ctx = Context::background();
    /// assert_eq!(ctx.remaining(), None);
    /// let ctx = ctx.with_timeout(Duration::from_secs(5));
    /// assert!(ctx.remaining().unwrap() <= Duration::from_secs(5));
    /// ```
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        Some(self.deadline()?.saturating_duration_since(Instant::now()))
    }

    /// Returns the cause that ended the context; see [`ContextError::cause`]. Returns `None` while
    /// the context is alive, and for a cancellation without a cause.
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
    pub(crate) fn node(&self) -> Option<&Arc<Node>> {
        self.node.as_ref()
    }

    /// Returns whether the context has values, of whatever types.
    #[inline]
    pub(crate) fn has_values(&self) -> bool {
        self.values.is_some()
    }

    /// Returns whether both contexts share a node, and so always end together.
    pub(crate) fn same_node(&self, other: &Self) -> bool {
        match (&self.node, &other.node) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }

    /// Returns whether the context has ended, or an ancestor has and this one is about to.
    pub(crate) fn is_ending(&self) -> bool {
        self.node.as_ref().is_some_and(Node::is_ending)
    }

    /// Returns the reason. Must be called only after the context has ended.
    #[cold]
    pub(crate) fn why(&self) -> ContextError {
        let why = self.node.as_ref().map_or_else(ContextError::cancelled, Node::why);
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        crate::observed::end::note(&why);
        why
    }

    /// Returns the error of a call ended by the context's deadline.
    pub(crate) fn deadline_error(&self) -> ContextError {
        let limit = self.node.as_ref().and_then(Node::limit).cloned();
        ContextError::deadline(limit.unwrap_or_else(|| Limit::of_context(None)))
    }

    pub(super) fn on(&self, node: Arc<Node>) -> Self {
        Self { node: Some(node), values: self.values.clone() }
    }
}

impl PartialEq for Context {
    fn eq(&self, other: &Self) -> bool {
        let same_values = match (&self.values, &other.values) {
            (Some(one), Some(other)) => one.is_same(other),
            (None, None) => true,
            _ => false,
        };
        same_values && self.same_node(other)
    }
}

impl Eq for Context {}

/// Prints one word, `live`, `cancelled` or `expired`, so that spans and assertions stay readable.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.check() {
            Ok(()) => "live",
            Err(ContextError::Cancelled(_)) => "cancelled",
            Err(ContextError::DeadlineExceeded(_)) => "expired",
        })
    }
}
