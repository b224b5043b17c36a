//! Contexts that are made from another one.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::scope::{Origin, Scope};
use super::values::Values;
use super::{Canceller, Context, OwnContext};
use crate::error::Limit;

impl Context {
    /// A child that the returned [`Canceller`] can cancel.
    ///
    /// The canceller cancels when it is dropped, so that no path can forget to.
    ///
    /// ```
    /// let (ctx, canceller) = taskward::Context::background().with_cancel();
    /// drop(canceller);
    /// assert!(ctx.has_ended());
    /// ```
    #[must_use = "dropping the `Canceller` cancels the context at once"]
    pub fn with_cancel(&self) -> (Self, Canceller) {
        let scope = Arc::new(Scope::new(self.scope.clone(), Origin::Cancel, None));
        (self.derive(scope.clone()), Canceller::new(scope))
    }

    /// A child that ends when `limit` has passed, counted from now, or earlier if this context does.
    ///
    /// A limit of zero has passed already; one too large to be represented is none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    ///
    /// let ctx = taskward::Context::background().with_timeout(Duration::from_secs(5));
    /// let error = ctx.run(std::future::pending::<()>()).await.unwrap_err();
    /// assert_eq!(error.to_string(), "deadline exceeded: the time limit of 5s passed");
    /// # }
    /// ```
    #[must_use]
    pub fn with_timeout(&self, limit: Duration) -> Self {
        let label = Limit { duration: Some(limit), owner: None };
        Instant::now().checked_add(limit).map_or_else(|| self.clone(), |at| self.until(at, label))
    }

    /// A child that ends at `at`, a [`tokio::time::Instant`] or a [`std::time::Instant`], or earlier if this context does.
    ///
    /// A deadline that has passed counts at once, even if no timer has fired.
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let ctx = taskward::Context::background().with_deadline(Instant::now());
    /// assert!(ctx.check().unwrap_err().is_deadline_exceeded());
    /// ```
    #[must_use]
    pub fn with_deadline(&self, at: impl Into<Instant>) -> Self {
        self.until(at.into(), Limit::default())
    }

    fn until(&self, at: Instant, label: Limit) -> Self {
        if self.fixed_deadline().is_some_and(|mine| mine <= at) {
            return self.clone();
        }
        self.derive(Arc::new(Scope::new(self.scope.clone(), Origin::Limit(label), Some(at))))
    }

    /// A child that has the deadline of `limit`, too.
    pub(crate) fn within(self, limit: &Self) -> Self {
        match &limit.scope {
            Some(scope) => scope.deadline().map_or(self.clone(), |at| self.until(at, scope.limit())),
            None => self,
        }
    }

    /// A child with a deadline that ends with its owner.
    pub(crate) fn limited(&self, at: Option<Instant>, label: Limit) -> OwnContext {
        let at = at.filter(|at| self.fixed_deadline().is_none_or(|mine| *at < mine));
        let origin = if at.is_some() { Origin::Limit(label) } else { Origin::Cancel };
        OwnContext::new(self.derive(Arc::new(Scope::new(self.scope.clone(), origin, at))))
    }

    /// A child that ends with its owner.
    pub(crate) fn own_child(&self) -> OwnContext {
        OwnContext::new(self.derive(Arc::new(Scope::new(self.scope.clone(), Origin::Cancel, None))))
    }

    /// The context of a single flight that this one's caller starts: the same values, and neither cancellation nor a fixed deadline.
    pub(crate) fn of_flight(&self) -> OwnContext {
        OwnContext::new(self.derive(Arc::new(Scope::of_flight(self.fixed_limit()))))
    }

    /// The deadline, without what may move on.
    #[inline]
    fn fixed_deadline(&self) -> Option<Instant> {
        self.scope()?.deadline()
    }

    #[inline]
    pub(crate) fn has_fixed_deadline(&self) -> bool {
        self.fixed_deadline().is_some()
    }

    /// The same, and what set it.
    pub(crate) fn fixed_limit(&self) -> Option<(Instant, Limit)> {
        let scope = self.scope()?;
        Some((scope.deadline()?, scope.limit()))
    }

    /// A context that also carries `value`, found by its type; the nearest value of a type hides those further up.
    ///
    /// It ends when this context does: values are not a level of cancellation.
    ///
    /// ```
    /// # use taskward::Context;
    /// #[derive(Debug, PartialEq)]
    /// struct RequestId(u64);
    ///
    /// let ctx = Context::background().with_value(RequestId(7));
    /// assert_eq!(ctx.value::<RequestId>(), Some(&RequestId(7)));
    /// assert_eq!(ctx.value::<String>(), None);
    /// ```
    #[must_use]
    pub fn with_value<T: Any + Send + Sync>(&self, value: T) -> Self {
        Self { scope: self.scope.clone(), values: Some(Arc::new(Values::new(Box::new(value), self.values.clone()))) }
    }

    /// The same values without the cancellation and the deadline: for work that has to be finished after this context
    /// has ended, such as an audit record. Give it a limit of its own. A task that does such work needs an owner that outlives the
    /// call: a [`TaskGroup`](crate::TaskGroup) of the service, and not one that is dropped at the end of the call. Its tasks are interrupted
    /// when *its* context ends, so make it with a [`grace`](crate::TaskGroup::grace), and join it at the end of `main`.
    ///
    /// ```
    /// # use taskward::Context;
    /// let (ctx, canceller) = Context::background().with_value("trace 7").with_cancel();
    /// let cleanup = ctx.detach();
    /// canceller.cancel();
    /// assert!(cleanup.check().is_ok());
    /// assert_eq!(cleanup.value(), Some(&"trace 7"));
    /// ```
    #[must_use]
    pub fn detach(&self) -> Self {
        Self { scope: None, values: self.values.clone() }
    }

    fn derive(&self, scope: Arc<Scope>) -> Self {
        Self { scope: Some(scope), values: self.values.clone() }
    }
}

/// A context that ends when the token is cancelled.
#[cfg(feature = "tokio-util")]
impl From<tokio_util::sync::CancellationToken> for Context {
    fn from(token: tokio_util::sync::CancellationToken) -> Self {
        Self::background().derive(Arc::new(Scope::new(None, Origin::Token(token), None)))
    }
}
