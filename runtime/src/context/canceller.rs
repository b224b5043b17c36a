//! The right to cancel a context.

use std::borrow::Borrow;
use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};

use tokio::time::Instant;

use super::handle::Context;
use super::tree::moving::Replaced;
use super::tree::node::Node;
use crate::error::ContextError;
use crate::limit::Limit;

/// The right to cancel a context and everything derived from it. Created by
/// [`Context::with_cancel`](crate::Context::with_cancel).
///
/// Dropping the canceller cancels, so that no path out of a function, not even a panic, forgets
/// to. To keep the context alive, call [`disarm`](Self::disarm). To cancel from several places,
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

    /// Ends the context and everything derived from it. Does nothing if the context has already
    /// been ended, by this canceller, its parent or its deadline.
    ///
    /// Marks the context and all its descendants as ended. Then wakes every waiter and runs every
    /// [`on_cancel`](crate::Context::on_cancel) hook on this thread, in order of registration. If
    /// another thread is ending the context at this moment, `cancel` returns at once: hooks may
    /// still be running on that thread.
    ///
    /// # Panics
    ///
    /// If a hook or a waker panics. All other waiters and hooks are notified first.
    ///
    /// ```
    /// use taskward::Context;
    ///
    /// let (ctx, canceller) = Context::background().with_cancel();
    /// let child = ctx.with_value(1);
    /// canceller.cancel();
    /// assert!(child.has_ended() && canceller.has_ended());
    /// ```
    pub fn cancel(&self) {
        if let Some(node) = &self.node {
            node.cancel(ContextError::cancelled);
        }
    }

    /// Cancels like [`cancel`](Self::cancel), with a cause: an error or a text.
    /// [`Context::cause`](crate::Context::cause) and
    /// [`ContextError::cause`](crate::ContextError::cause) return it.
    ///
    /// # Panics
    ///
    /// As [`cancel`](Self::cancel) does.
    ///
    /// ```
    /// use taskward::Context;
    ///
    /// let (ctx, canceller) = Context::background().with_cancel();
    /// canceller.cancel_with("the configuration changed");
    /// assert_eq!(ctx.cause().unwrap().to_string(), "the configuration changed");
    /// ```
    pub fn cancel_with(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) {
        if let Some(node) = &self.node {
            node.cancel(|| ContextError::cancelled_with(cause.into()));
        }
    }

    /// Gives up the right to cancel. The context lives until its parent or its deadline ends it.
    ///
    /// ```
    /// use taskward::Context;
    ///
    /// let (ctx, canceller) = Context::background().with_cancel();
    /// canceller.disarm();
    /// assert!(ctx.check().is_ok());
    /// ```
    pub fn disarm(mut self) {
        self.node = None;
    }

    /// Returns whether the context has ended, for any reason.
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

/// A context that ends when this value is dropped.
pub(crate) struct OwnContext(Context);

impl OwnContext {
    /// `ctx` must have no other canceller.
    pub(super) fn new(ctx: Context) -> Self {
        Self(ctx)
    }

    /// Ends the context, unless nothing observes it.
    pub(crate) fn abandon(&self) {
        if let Some(node) = self.0.node() {
            node.abandon();
        }
    }

    /// Ends the context with a reason.
    pub(crate) fn end(&self, why: &ContextError) {
        if let Some(node) = self.0.node() {
            node.cancel(|| why.clone());
        }
    }
}

/// The context of a single flight, which serves one flight after another.
impl OwnContext {
    /// Sets the deadline for another flight.
    pub(crate) fn renew_flight(&self, deadline: Option<(Instant, &Limit)>) {
        if let Some(node) = self.0.node() {
            node.renew_flight(deadline);
        }
    }

    /// Moves the deadline for a caller that joins. Returns `None` if it has already passed.
    pub(crate) fn extend_flight(&self, deadline: Option<(Instant, &Limit)>) -> Option<Replaced> {
        self.0.node().map_or_else(|| Some(Replaced::default()), |node| node.extend(deadline))
    }

    pub(crate) fn set_values_of(&mut self, caller: &Context) {
        self.0.values.clone_from(&caller.values);
    }

    /// Returns whether `ctx` is derived from this context.
    pub(crate) fn is_root_of(&self, ctx: &Context) -> bool {
        self.0.node().zip(ctx.node()).is_some_and(|(root, node)| root.is_root_of(node))
    }

    /// Returns whether the context is unshared and nothing has ever waited for its end.
    #[inline]
    pub(crate) fn is_unobserved(&self) -> bool {
        let Some(node) = self.0.node() else { return false };
        if Arc::strong_count(node) != 1 || Arc::weak_count(node) != 0 {
            return false;
        }
        // Orders the accesses of other threads before they dropped the context.
        fence(Acquire);
        node.is_untouched()
    }
}

impl Deref for OwnContext {
    type Target = Context;

    #[inline]
    fn deref(&self) -> &Context {
        &self.0
    }
}

/// A call with this context ends it after its body has been dropped.
impl Borrow<Context> for OwnContext {
    #[inline]
    fn borrow(&self) -> &Context {
        &self.0
    }
}

impl Drop for OwnContext {
    fn drop(&mut self) {
        self.abandon();
    }
}
