//! What the expansions of `#[cancellable]` and `#[with_timeout]` call.
#![allow(missing_docs)]

use std::borrow::Borrow;
use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

use tokio::time::Instant;

pub use super::body_first::BodyFirst;
use super::current;
use super::limited::{CallContext, RaceLimited};
use super::race::{Race, Within};
use super::time_limit::{TimeLimit, Timed};
use crate::context::param::ContextParam;
use crate::context::protect::grace::Graceful;
use crate::context::{Canceller, Context};
use crate::error::{CallLimit, Limit};
use crate::outcome::Outcome;

#[cfg(any(feature = "metrics", feature = "tracing"))]
pub use crate::observed::call::{Observation, Observed};

/// `#[cancellable]`: `body` against `ctx`.
#[inline]
pub fn cancellable<C: Borrow<Context>, F: Future<Output: Outcome>>(ctx: C, body: F) -> Race<C, F, Within<F::Output>> {
    Race::new(ctx, body, Within::new())
}

/// The same, where the context is not the first parameter.
#[inline]
pub fn cancellable_by<F: Future<Output: Outcome>>(ctx: Context, body: F) -> Race<Context, F, Within<F::Output>> {
    Race::new(ctx, body, Within::new())
}

/// `#[cancellable(grace = …)]`: `body` against `ctx`, with some time for its own clean-up.
pub fn graceful<C: Borrow<Context>, F: Future<Output: Outcome>>(ctx: C, body: F, grace: Duration) -> Graceful<C, F> {
    Graceful::new(ctx, body, grace)
}

/// The same, where the context is not the first parameter.
pub fn graceful_by<F: Future<Output: Outcome>>(ctx: Context, body: F, grace: Duration) -> Graceful<Context, F> {
    Graceful::new(ctx, body, grace)
}

/// `#[cancellable(span, metrics)]`: a call that is observed.
#[cfg(any(feature = "metrics", feature = "tracing"))]
pub fn observe<F: Future<Output: Outcome>>(observation: Observation, call: F) -> Observed<F> {
    Observed::new(observation, call)
}

/// So that a feature that is missing is one error.
#[cfg(not(any(feature = "metrics", feature = "tracing")))]
#[derive(Default)]
pub struct Observation;

#[cfg(not(any(feature = "metrics", feature = "tracing")))]
pub fn observe<F>(_: Observation, call: F) -> F {
    call
}

/// `taskward-http`: the child of `ctx` for a request, which ends at `at`, and with the canceller.
pub fn request_context(ctx: &Context, at: Option<Instant>, limit: impl FnOnce() -> CallLimit) -> (Context, Canceller) {
    ctx.until_or_cancelled(at, limit)
}

/// The limit of every request of a route, or of one request.
#[track_caller]
#[must_use]
pub fn request_limit(duration: Duration) -> Limit {
    Limit::of_context(Some(duration))
}

/// `taskward-http`: a handler against the context of its request.
pub fn body_first<F: Future>(ctx: Context, body: F) -> BodyFirst<F> {
    BodyFirst::new(ctx, body)
}

/// The context of any expression, with the limit of the call itself, if `#[with_timeout]` has given
/// it one.
pub fn context_and_limit<P: ContextParam>(param: &P) -> Context {
    current::limited(param.context())
}

/// The context of a parameter, as a race keeps it.
#[inline]
pub fn handle<P: ContextParam>(param: &P) -> P::Handle {
    param.handle()
}

/// The context of any expression, for `ctx = EXPR`.
pub fn context<P: ContextParam>(param: &P) -> Context {
    param.context()
}

/// Finds out whether a parameter is a context, by its type: `(&&Probe::<P>::NEW).limit(param, …)`.
///
/// Method lookup prefers [`ViaContext`], which is one reference further out, and falls back to
/// [`ViaNothing`]. Both hand the parameter back: one that was only borrowed would be stored in the
/// calling future for good.
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

/// `#[with_timeout]` with a context parameter: the derived context, which ends with the call.
pub struct Limited<P> {
    ctx: CallContext,
    param: PhantomData<fn(P)>,
}

impl<P: ContextParam> Limited<P> {
    /// The limit counts from now.
    #[inline]
    pub fn new(param: P, limit: impl Into<CallLimit>) -> (Self, P) {
        let limit = limit.into();
        let at = limit.duration.and_then(|duration| Instant::now().checked_add(duration));
        (Self { ctx: CallContext::new(param.context(), limit, at), param: PhantomData }, param)
    }

    /// What the body sees under the parameter's name.
    pub fn param(&self, _outer: P) -> P::Derived<'_> {
        P::derived(&self.ctx)
    }

    /// To be called, and its future polled, right after [`new`](Self::new).
    #[inline]
    pub fn run_limited<F: Future<Output: Outcome>>(&self, body: F) -> RaceLimited<'_, F> {
        RaceLimited::new(&self.ctx, body)
    }
}

/// `#[with_timeout]` without a context parameter.
pub struct Unbound<L>(L);

/// A limit as the future of a call keeps it: one pointer.
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

    /// The first parameter as it is: it is not a context.
    #[inline]
    pub fn param<T>(&self, param: T) -> T {
        param
    }

    #[inline]
    pub fn run_limited<F: Future<Output: Outcome>>(self, body: F) -> Timed<F> {
        Timed::new(TimeLimit::new(self.0.into()), body)
    }
}
