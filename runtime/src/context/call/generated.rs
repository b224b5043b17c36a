//! Entry points for the expansions of `#[cancellable]` and `#[with_timeout]`.
#![allow(missing_docs)]

use std::borrow::Borrow;
use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

use tokio::time::Instant;

pub use super::body_first::BodyFirst;
use super::current;
pub use super::end_probe::*;
use super::limited::{CallContext, RaceLimited};
pub use super::race::cancellable;
use super::race::{Race, Within};
use super::time_limit::{TimeLimit, Timed};
use crate::context::param::ContextParam;
use crate::context::protect::grace::Graceful;
use crate::context::{Canceller, Context};
use crate::limit::{CallLimit, Limit};
use crate::outcome::Outcome;

#[cfg(any(feature = "metrics", feature = "tracing"))]
pub use crate::observed::call::{Observation, Observed};

/// [`cancellable`] with `ctx = EXPR`.
#[inline]
pub fn cancellable_by<F: Future<Output: Outcome>>(ctx: Context, body: F) -> Race<Context, F, Within<F::Output>> {
    cancellable(ctx, body)
}

/// `#[cancellable(grace = …)]`: races `body` against `ctx`, and gives it time to clean up.
pub fn graceful<C: Borrow<Context>, F: Future<Output: Outcome>>(ctx: C, body: F, grace: Duration) -> Graceful<C, F> {
    Graceful::new(ctx, body, grace)
}

/// [`graceful`] with `ctx = EXPR`.
pub fn graceful_by<F: Future<Output: Outcome>>(ctx: Context, body: F, grace: Duration) -> Graceful<Context, F> {
    Graceful::new(ctx, body, grace)
}

/// `#[cancellable(span, metrics)]`: observes a call.
#[cfg(any(feature = "metrics", feature = "tracing"))]
///
/// `has_failed`: see [`EndProbe`].
pub fn observe<F: Future>(observation: Observation, has_failed: fn(&F::Output) -> bool, call: F) -> Observed<F> {
    Observed::new(observation, has_failed, call)
}

/// Exists without the features, too, so that a missing feature is a single error.
#[cfg(not(any(feature = "metrics", feature = "tracing")))]
#[derive(Default)]
pub struct Observation;

#[cfg(not(any(feature = "metrics", feature = "tracing")))]
pub fn observe<F: Future>(_: Observation, _: fn(&F::Output) -> bool, call: F) -> F {
    call
}

/// `taskward-http`: returns a child of `ctx` for a request, which ends at `at`, and its canceller.
pub fn request_context(ctx: &Context, at: Option<Instant>, limit: impl FnOnce() -> CallLimit) -> (Context, Canceller) {
    ctx.until_or_cancelled(at, limit)
}

/// The limit of every request of a route, or of one request.
#[track_caller]
#[must_use]
pub fn request_limit(duration: Duration) -> Limit {
    Limit::of_context(Some(duration))
}

/// `taskward-http`: races a handler against the context of its request.
pub fn body_first<F: Future>(ctx: Context, body: F) -> BodyFirst<F> {
    BodyFirst::new(ctx, body)
}

/// Returns the context of an expression, with the limit that `#[with_timeout]` has set for the
/// call.
pub fn context_and_limit<P: ContextParam>(param: &P) -> Context {
    current::limited(param.context())
}

/// Returns the context of a parameter in the form that a race stores.
#[inline]
pub fn handle<P: ContextParam>(param: &P) -> P::Handle {
    param.handle()
}

/// Returns the context of an expression, for `ctx = EXPR`.
pub fn context<P: ContextParam>(param: &P) -> Context {
    param.context()
}

/// Detects by its type whether a parameter is a context: `(&&Probe::<P>::NEW).limit(param, …)`.
///
/// Method lookup prefers [`ViaContext`], which needs one reference less, and falls back to
/// [`ViaNothing`]. Both return the parameter: borrowing it would store it in the calling future
/// for good.
pub struct Probe<P>(PhantomData<fn(P)>);

impl<P> Probe<P> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait ViaContext {
    type Param;
    fn limit(&self, param: Self::Param, limit: impl Into<CallLimit>) -> (Limited<Self::Param>, Self::Param);
}

impl<P: ContextParam> ViaContext for &Probe<P> {
    type Param = P;

    fn limit(&self, param: P, limit: impl Into<CallLimit>) -> (Limited<P>, P) {
        Limited::new(param, limit)
    }
}

pub trait ViaNothing {
    type Param;
    fn limit<L: LimitOfCall>(&self, param: Self::Param, limit: L) -> (Unbound<L::Stored>, Self::Param);
}

impl<P> ViaNothing for Probe<P> {
    type Param = P;

    #[inline]
    fn limit<L: LimitOfCall>(&self, param: P, limit: L) -> (Unbound<L::Stored>, P) {
        (Unbound::new(limit), param)
    }
}

/// `#[with_timeout]` with a context parameter: owns the derived context, which ends with the call.
pub struct Limited<P> {
    ctx: CallContext,
    param: PhantomData<fn(P)>,
}

impl<P: ContextParam> Limited<P> {
    /// Starts the clock.
    #[inline]
    pub fn new(param: P, limit: impl Into<CallLimit>) -> (Self, P) {
        let limit = limit.into();
        let at = limit.duration.and_then(|duration| Instant::now().checked_add(duration));
        (Self { ctx: CallContext::new(param.context(), limit, at), param: PhantomData }, param)
    }

    /// Returns the derived context, which shadows the parameter in the body.
    pub fn param(&self, _outer: P) -> P::Derived<'_> {
        P::derived(&self.ctx)
    }

    /// Runs the body. Must be called, and polled, right after [`new`](Self::new).
    #[inline]
    pub fn run_limited<F: Future<Output: Outcome>>(&self, body: F) -> RaceLimited<'_, F> {
        RaceLimited::new(&self.ctx, body)
    }
}

pub struct Unbound<L>(L);

/// The limit of a call, as its future stores it: one pointer.
pub trait LimitOfCall {
    type Stored: Into<CallLimit>;
    fn store(self) -> Self::Stored;
}

impl LimitOfCall for &'static Limit {
    type Stored = Self;

    #[inline]
    fn store(self) -> Self {
        self
    }
}

impl LimitOfCall for Limit {
    type Stored = Box<Self>;

    fn store(self) -> Box<Self> {
        Box::new(self)
    }
}

impl<L: Into<CallLimit>> Unbound<L> {
    #[inline]
    pub fn new(limit: impl LimitOfCall<Stored = L>) -> Self {
        Self(limit.store())
    }

    /// Returns the parameter unchanged: it is not a context.
    #[inline]
    pub fn param<T>(&self, param: T) -> T {
        param
    }

    #[inline]
    pub fn run_limited<F: Future<Output: Outcome>>(self, body: F) -> Timed<F> {
        Timed::new(TimeLimit::new(self.0.into()), body)
    }
}
