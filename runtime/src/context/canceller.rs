use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::Context;
use super::scope::Scope;
use crate::error::ContextError;

/// The right to cancel one context and everything derived from it. Comes from [`Context::with_cancel`](crate::Context::with_cancel).
///
/// Dropping it cancels, so that no path out of a function, not even a panic, can forget to. To keep the context alive
/// beyond that, call [`disarm`](Self::disarm). To cancel from several places, share it in an `Arc`.
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
    scope: Option<Arc<Scope>>,
}

impl Canceller {
    pub(crate) fn new(scope: Arc<Scope>) -> Self {
        Self { scope: Some(scope) }
    }

    /// Ends the context and everything derived from it. Does nothing if it has ended already.
    ///
    /// When this returns, every waiter has been woken and every [`on_cancel`](crate::Context::on_cancel) hook has run, on this thread.
    ///
    /// # Panics
    ///
    /// If a hook panics, with its message, after all the others have run.
    pub fn cancel(&self) {
        if let Some(scope) = &self.scope {
            scope.cancel();
        }
    }

    /// The same as [`cancel`](Self::cancel), with a reason that [`ContextError::cause`](crate::ContextError::cause) returns: an
    /// error, or a text.
    ///
    /// # Panics
    ///
    /// If a hook panics, with its message, after all the others have run.
    pub fn cancel_with(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) {
        if let Some(scope) = &self.scope {
            scope.end(&ContextError::cancelled_with(cause.into()));
        }
    }

    /// Gives up the right to cancel: the context lives until its parent or its deadline ends it.
    pub fn disarm(mut self) {
        self.scope = None;
    }

    /// Whether the context has ended, for whatever reason.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.scope.as_ref().is_some_and(Scope::has_ended)
    }
}

impl Drop for Canceller {
    fn drop(&mut self) {
        if let Some(scope) = &self.scope {
            scope.abandon();
        }
    }
}

/// A context that ends when this is dropped: that of a call.
pub(crate) struct OwnContext(Context);

impl OwnContext {
    /// `ctx` must be one that nobody else cancels.
    pub(super) fn new(ctx: Context) -> Self {
        Self(ctx)
    }

    /// The right to end it earlier. Dropping that ends it, too.
    pub(crate) fn canceller(&self) -> Canceller {
        Canceller { scope: self.0.scope().cloned() }
    }

    /// Ends it before it is dropped, unless nobody could see that.
    pub(crate) fn abandon(&self) {
        if let Some(scope) = self.0.scope() {
            scope.abandon();
        }
    }

    /// The same, for a reason.
    pub(crate) fn end(&self, why: &ContextError) {
        if let Some(scope) = self.0.scope() {
            scope.end(why);
        }
    }
}

/// For a context that serves one call after the other.
impl OwnContext {
    /// The context of a single flight, which is as it was made, for the one that `caller` starts.
    #[inline]
    pub(crate) fn lend(&mut self, caller: &Context) {
        self.0.values.clone_from(&caller.values);
        if let Some(scope) = &mut self.0.scope
            && (caller.has_fixed_deadline() || scope.is_timed())
        {
            scope.renew(caller.fixed_limit());
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

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller").field("has_ended", &self.has_ended()).finish()
    }
}
