//! Derives contexts from other contexts.

use std::any::Any;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::canceller::{Canceller, OwnContext};
use super::handle::Context;
use super::tree::node::{Node, Source};
use super::values::Values;
use crate::limit::{CallLimit, Limit};

impl Context {
    /// Returns a child context and the [`Canceller`] that cancels it.
    ///
    /// Dropping the canceller cancels the child, so that no path forgets to.
    ///
    /// ```
    /// let (ctx, canceller) = taskward::Context::background().with_cancel();
    /// drop(canceller);
    /// assert!(ctx.has_ended());
    /// ```
    #[must_use = "dropping the `Canceller` cancels the context at once"]
    pub fn with_cancel(&self) -> (Self, Canceller) {
        let node = Arc::new(Node::new(self.node.clone(), Source::Cancel, None));
        (self.on(node.clone()), Canceller::new(node))
    }

    /// Returns a child that ends once `limit` has passed, counted from now, or earlier if this
    /// context ends.
    ///
    /// A limit of zero has already passed. A limit too large to be represented sets no deadline.
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
    #[track_caller]
    pub fn with_timeout(&self, limit: Duration) -> Self {
        self.until(Instant::now().checked_add(limit), Limit::of_context(Some(limit)))
    }

    /// Like [`with_timeout`](Self::with_timeout), with a cause that describes the limit. The error
    /// is a [`DeadlineExceeded`](crate::ContextError::DeadlineExceeded) with the text of `cause`,
    /// and [`cause`](Self::cause) returns it. Has no effect if this context ends earlier.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    ///
    /// let ctx = taskward::Context::background();
    /// let ctx = ctx.with_timeout_cause(Duration::from_secs(5), "the route allows 5 s");
    /// assert_eq!(ctx.cancelled().await.to_string(), "deadline exceeded: the route allows 5 s");
    /// # }
    /// ```
    ///
    /// Modelled on Go's `context.WithTimeoutCause`.
    #[must_use]
    #[track_caller]
    pub fn with_timeout_cause(&self, limit: Duration, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.until(Instant::now().checked_add(limit), Limit::of_context(Some(limit)).because(cause.into()))
    }

    /// Returns a child that ends at `at`, a [`tokio::time::Instant`] or a [`std::time::Instant`],
    /// or earlier if this context ends.
    ///
    /// A deadline in the past counts at once, even if no timer has fired.
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let ctx = taskward::Context::background().with_deadline(Instant::now());
    /// assert!(ctx.check().unwrap_err().is_deadline_exceeded());
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_deadline(&self, at: impl Into<Instant>) -> Self {
        self.until(Some(at.into()), Limit::of_context(None))
    }

    /// Like [`with_deadline`](Self::with_deadline), with a cause; see
    /// [`with_timeout_cause`](Self::with_timeout_cause).
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let ctx = taskward::Context::background();
    /// let ctx = ctx.with_deadline_cause(Instant::now(), "the market has closed");
    /// assert_eq!(ctx.cause().unwrap().to_string(), "the market has closed");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_deadline_cause(&self, at: impl Into<Instant>, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.until(Some(at.into()), Limit::of_context(None).because(cause.into()))
    }

    fn until(&self, at: Option<Instant>, limit: Limit) -> Self {
        let at = at.filter(|at| self.fixed_deadline().is_none_or(|mine| *at < mine));
        match at {
            Some(at) => self.on(Arc::new(Node::new(self.node.clone(), Source::Limit(limit.into()), Some(at)))),
            None => self.clone(),
        }
    }

    /// Returns a context that also carries `value`. Values are found by type; `value` hides an
    /// outer value of its type.
    ///
    /// The returned context ends with this one. Copies the list of values, not the values.
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
        Self { node: self.node.clone(), values: Some(Values::with(self.values.as_ref(), value)) }
    }

    /// Returns a context with the same values and without cancellation or deadline, for work to be
    /// finished after this context has ended, such as an audit record. Give it its own limit, or
    /// use [`linger`](Self::linger).
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
        Self { node: None, values: self.values.clone() }
    }

    /// Returns a context with the same values that ends `limit` after this one, for work in flight
    /// at a shutdown.
    ///
    /// Its error is a [`DeadlineExceeded`](crate::ContextError::DeadlineExceeded) of that limit.
    /// If this context never ends, or `limit` is too large to be represented, the returned context
    /// never ends.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use taskward::Context;
    ///
    /// let (service, canceller) = Context::background().with_cancel();
    /// let requests = service.linger(Duration::from_secs(5));
    /// canceller.cancel_with("SIGTERM");
    /// assert!(requests.check().is_ok(), "five seconds to finish");
    /// let start = tokio::time::Instant::now();
    /// requests.cancelled().await;
    /// assert_eq!(start.elapsed(), Duration::from_secs(5));
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Waiting on it panics outside of a Tokio runtime, as for any deadline.
    #[must_use]
    #[track_caller]
    pub fn linger(&self, limit: Duration) -> Self {
        self.after(limit, Limit::of_context(Some(limit)))
    }

    /// Like [`linger`](Self::linger), with a cause; see
    /// [`with_timeout_cause`](Self::with_timeout_cause).
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskward::{Context, ShuttingDown};
    ///
    /// let (service, canceller) = Context::background().with_cancel();
    /// let requests = service.linger_cause(Duration::ZERO, ShuttingDown);
    /// canceller.cancel_with("SIGTERM");
    /// assert!(requests.check().unwrap_err().is_shutting_down());
    /// ```
    #[must_use]
    #[track_caller]
    pub fn linger_cause(&self, limit: Duration, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.after(limit, Limit::of_context(Some(limit)).because(cause.into()))
    }

    fn after(&self, limit: Duration, label: Limit) -> Self {
        match &self.node {
            Some(node) => self.on(Node::lingering(node, label, limit)),
            None => self.clone(),
        }
    }

    /// Returns a child that ends at `at`, and its [`Canceller`]: one node for both.
    pub(crate) fn until_or_cancelled(
        &self,
        at: Option<Instant>,
        limit: impl FnOnce() -> CallLimit,
    ) -> (Self, Canceller) {
        let at = at.filter(|at| self.fixed_deadline().is_none_or(|mine| *at < mine));
        let source = if at.is_some() { Source::Limit(limit()) } else { Source::Cancel };
        let node = Arc::new(Node::new(self.node.clone(), source, at));
        (self.on(node.clone()), Canceller::new(node))
    }

    /// Returns a context that ends when this one or `other` does, with the error of the first. Has
    /// the values of both; on a conflict of types, those of this one. Its deadline is the earlier
    /// one.
    ///
    /// ```
    /// # use taskward::Context;
    /// let (request, _gone) = Context::background().with_value("request 7").with_cancel();
    /// let (service, stop) = Context::background().with_cancel();
    /// let both = request.merge(&service);
    /// stop.cancel_with("shutting down");
    /// assert_eq!(both.check().unwrap_err().to_string(), "cancelled: shutting down");
    /// assert_eq!(both.value(), Some(&"request 7"));
    /// ```
    ///
    /// Costs an entry in both contexts while it lives, even if nothing waits on it.
    #[must_use]
    pub fn merge(&self, other: &Self) -> Self {
        let values = Values::merge(self.values.as_ref(), other.values.as_ref());
        let node = match (&self.node, &other.node) {
            (Some(one), Some(other)) if !Arc::ptr_eq(one, other) => Some(Node::merged(one, other)),
            (Some(one), _) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        };
        Self { node, values }
    }

    /// Returns a child that also has the deadline of `limit`.
    pub(crate) fn within(self, limit: &Self) -> Self {
        match limit.fixed_limit() {
            Some((at, limit)) => self.until(Some(at), limit.clone()),
            None => self,
        }
    }

    /// Returns a child that ends with its owner.
    pub(crate) fn own_child(&self) -> OwnContext {
        OwnContext::new(self.on(Arc::new(Node::new(self.node.clone(), Source::Cancel, None))))
    }

    /// Returns the context of a single flight that this context's caller starts: the same values,
    /// without cancellation or a fixed deadline.
    pub(crate) fn of_flight(&self) -> OwnContext {
        OwnContext::new(self.on(Arc::new(Node::of_flight(self.fixed_limit()))))
    }

    /// Returns the deadline, ignoring deadlines that may move.
    #[inline]
    pub(crate) fn fixed_deadline(&self) -> Option<Instant> {
        self.node()?.fixed_deadline()
    }

    /// Returns the deadline and its limit, ignoring deadlines that may move.
    pub(crate) fn fixed_limit(&self) -> Option<(Instant, &Limit)> {
        let node = self.node()?;
        Some((node.fixed_deadline()?, node.limit()?))
    }
}
