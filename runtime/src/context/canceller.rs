//! Who may cancel a context.

use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::handle::Context;
use super::tree::node::Node;
use crate::error::ContextError;

/// The right to cancel one context and everything derived from it. Comes from
/// [`Context::with_cancel`](crate::Context::with_cancel).
///
/// Dropping it cancels, so that no path out of a function, not even a panic, can forget to. To keep
/// the context alive beyond that, call [`disarm`](Self::disarm). To cancel from several places,
/// share it in an `Arc`.
///
/// ```
/// use taskward::Context;
///
/// let (ctx, canceller) = Context::background().with_cancel();
/// canceller.cancel_with("the user went away");
/// canceller.cancel_with("too late: the first cause wins");
/// assert_eq!(ctx.check().unwrap_err().to_string(), "cancelled: the user went away");
/// ```
#[must_use = "dropping a `Canceller` cancels its context at once; keep it, or call `disarm`"]
pub struct Canceller {
    node: Option<Arc<Node>>,
}

impl Canceller {
    pub(super) fn new(node: Arc<Node>) -> Self {
        Self { node: Some(node) }
    }

    /// Ends the context and everything derived from it. Does nothing if it has ended already, or if
    /// its parent or its deadline ended it before.
    ///
    /// First every context below is marked as ended; then, in the order in which they came, every
    /// waiter is woken and every [`on_cancel`](crate::Context::on_cancel) hook runs, on this
    /// thread. If another thread is ending the context at this moment, `cancel` returns at once:
    /// that thread's hooks may still be running.
    ///
    /// # Panics
    ///
    /// If a hook or a waker panics, with its message, after all the others were told.
    pub fn cancel(&self) {
        if let Some(node) = &self.node {
            node.cancel(ContextError::cancelled);
        }
    }

    /// Cancels like [`cancel`](Self::cancel), with a reason: an error or a text, which
    /// [`Context::cause`](crate::Context::cause) and
    /// [`ContextError::cause`](crate::ContextError::cause) return.
    ///
    /// # Panics
    ///
    /// As [`cancel`](Self::cancel).
    pub fn cancel_with(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) {
        if let Some(node) = &self.node {
            node.cancel(|| ContextError::cancelled_with(cause.into()));
        }
    }

    /// Gives up the right to cancel: the context lives until its parent or its deadline ends it.
    pub fn disarm(mut self) {
        self.node = None;
    }

    /// Returns whether the context has ended, for whatever reason.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.node.as_ref().is_some_and(Node::has_ended)
    }
}

impl Drop for Canceller {
    fn drop(&mut self) {
        if let Some(node) = &self.node {
            node.abandon();
        }
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller").field("has_ended", &self.has_ended()).finish()
    }
}

/// A context that ends when this is dropped.
pub(crate) struct OwnContext(Context);

impl OwnContext {
    /// `ctx` must be one that nobody else cancels.
    pub(super) fn new(ctx: Context) -> Self {
        Self(ctx)
    }

    /// Ends it before it is dropped, unless nobody could see that.
    pub(crate) fn abandon(&self) {
        if let Some(node) = self.0.node() {
            node.abandon();
        }
    }

    /// Ends it for a reason.
    pub(crate) fn end(&self, why: &ContextError) {
        if let Some(node) = self.0.node() {
            node.cancel(|| why.clone());
        }
    }
}

/// For a context that serves one call after the other.
impl OwnContext {
    /// The context of a single flight, which nobody has seen, for the one that `caller` starts.
    /// `was_timed` tells that it had a deadline.
    #[inline]
    pub(crate) fn lend(&mut self, caller: &Context, was_timed: bool) {
        self.0.values.clone_from(&caller.values);
        if let Some(node) = &mut self.0.node
            && (was_timed || caller.fixed_deadline().is_some())
        {
            node.renew_flight(caller.fixed_limit());
        }
    }

    #[inline]
    pub(crate) fn return_values(&mut self) {
        self.0.values = None;
    }
}

impl Deref for OwnContext {
    type Target = Context;

    #[inline]
    fn deref(&self) -> &Context {
        &self.0
    }
}

impl Drop for OwnContext {
    fn drop(&mut self) {
        self.abandon();
    }
}
