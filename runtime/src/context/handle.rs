//! The handle that is passed from call to call, and looks at it.

use std::any::Any;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::tree::node::Node;
use super::values::Values;
use crate::error::{Cause, ContextError, Limit};

/// What a call needs to know of its surroundings: whether its result is still wanted, until when,
/// and a few typed values.
///
/// A `Context` only observes; cancelling needs the [`Canceller`](crate::Canceller) that comes out
/// of [`with_cancel`](Self::with_cancel). Contexts form a tree: the end of a context ends every
/// context derived from it, with the same error. A clone is the same context and costs a reference
/// count. An ended context stays ended.
///
/// The first end wins: a context whose parent or deadline has ended it reports that end, whatever
/// happens to it later, and whether or not anybody looked in between. Looking has no effects.
///
/// A child costs its parent nothing until something waits on it, and a finished child leaves
/// nothing behind.
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
/// Modelled on Go's `context.Context`; the separation of observing from cancelling is that of C#'s
/// `CancellationToken` and its source.
#[derive(Clone, Default)]
pub struct Context {
    /// `None`: never ends.
    pub(super) node: Option<Arc<Node>>,
    pub(super) values: Option<Values>,
}

// Nothing that can be seen of a context is ever half changed: its locks guard lists of observers,
// which are whole at each step, and values are not changed at all.
impl UnwindSafe for Context {}
impl RefUnwindSafe for Context {}

impl Context {
    /// Returns the root of a tree: never cancelled, without deadline or values. Costs nothing.
    ///
    /// ```
    /// assert!(!taskward::Context::background().has_ended());
    /// ```
    #[must_use]
    pub const fn background() -> Self {
        Self { node: None, values: None }
    }

    /// Returns the value of type `T` that was put in last, here or above.
    ///
    /// Takes logarithmic time in the number of types, whatever the depth.
    #[must_use]
    pub fn value<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.values.as_ref()?.find()
    }

    /// Returns `Ok` while the context lives.
    ///
    /// Without a deadline, one atomic load; a child that nothing waits on also looks at its
    /// ancestors. With a deadline, it reads the clock. A deadline that has passed counts even if no
    /// timer has fired. Runs no user code.
    ///
    /// # Errors
    ///
    /// Why the context ended, once it has.
    #[inline]
    pub fn check(&self) -> Result<(), ContextError> {
        if self.has_ended() { Err(self.why()) } else { Ok(()) }
    }

    /// Returns whether the context has ended: cancelled or out of time. As cheap as
    /// [`check`](Self::check).
    #[inline]
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.node.as_ref().is_some_and(Node::has_ended)
    }

    /// Returns when the context ends at the latest: the earliest deadline from here to the root.
    ///
    /// The deadline of a single flight's context moves on as callers join it; that of
    /// [`linger`](Self::linger) is known once the clock has started.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.node.as_ref()?.deadline()
    }

    /// Returns the time left until [`deadline`](Self::deadline); zero once it has passed.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        Some(self.deadline()?.saturating_duration_since(Instant::now()))
    }

    /// Returns what ended the context; see [`ContextError::cause`]. `None` while it lives, and for
    /// a cancellation without a cause.
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

    /// Whether both end together.
    pub(crate) fn same_node(&self, other: &Self) -> bool {
        match (&self.node, &other.node) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether the context has ended, or will have as soon as whoever ends an ancestor gets here.
    pub(crate) fn is_ending(&self) -> bool {
        self.node.as_ref().is_some_and(Node::is_ending)
    }

    /// Why the context ended: to be asked only after it has.
    #[cold]
    pub(crate) fn why(&self) -> ContextError {
        let why = self.node.as_ref().map_or_else(ContextError::cancelled, Node::why);
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        crate::observed::end::note(&why);
        why
    }

    /// The error of a call that the context's deadline ends.
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

/// One word, so that a span or an assertion that prints its arguments stays readable: `live`,
/// `cancelled` or `expired`.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.check() {
            Ok(()) => "live",
            Err(ContextError::Cancelled(_)) => "cancelled",
            Err(ContextError::DeadlineExceeded(_)) => "expired",
        })
    }
}
