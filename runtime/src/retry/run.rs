//! The attempts of one call.
#![allow(missing_docs)]

use std::borrow::Borrow;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;
use tokio::time::{Instant, sleep_until};

use super::budget::RetryBudget;
use super::policy::RetryRules;
use crate::context::Context;
use crate::context::call::within::poll_within;
use crate::context::param::ContextParam;
use crate::error::ContextError;

/// The number of an attempt, as a value of its context. Absent in the first attempt.
struct Attempt(u32);

impl Context {
    /// Returns the number of the attempt under `#[retry]` that the context belongs to: 1 for the
    /// first attempt, and outside of any retry.
    ///
    /// ```
    /// use taskward::{Context, retry};
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
        self.value::<Attempt>().map_or(1, |attempt| attempt.0)
    }
}

/// Returns `ctx` with the number of an attempt. For attempts made by other engines, such as a
/// queue of jobs.
#[must_use]
pub fn with_attempt(ctx: &Context, attempt: u32) -> Context {
    ctx.with_value(Attempt(attempt))
}

/// The later attempts of a call. One pointer, so that a call that succeeds at once stores little.
pub struct Retry(Option<Box<Later>>);

struct Later {
    attempt: u32,
    /// The context of the attempt, with its number.
    ctx: Context,
}

impl Later {
    fn new(ctx: &Context, attempt: u32) -> Self {
        Self { attempt, ctx: ctx.with_value(Attempt(attempt)) }
    }
}

impl Retry {
    /// `ctx`: the context of the call, unless it has no values.
    #[inline]
    pub fn new(ctx: Option<&Context>) -> Self {
        Self(ctx.filter(|ctx| ctx.has_values()).and_then(Self::inside_another))
    }

    /// Inside a later attempt of another call, this call starts counting at 1 again.
    #[cold]
    fn inside_another(ctx: &Context) -> Option<Box<Later>> {
        ctx.value::<Attempt>().map(|_| Box::new(Later::new(ctx, 1)))
    }

    fn attempt(&self) -> u32 {
        self.0.as_ref().map_or(1, |later| later.attempt)
    }
}

// Inlined where there was no later attempt.
impl Drop for Retry {
    #[inline]
    fn drop(&mut self) {
        #[cold]
        fn free(later: Box<Later>) {
            drop(later);
        }
        if let Some(later) = self.0.take() {
            free(later);
        }
    }
}

/// Returns the state of a call with the context parameter `param`.
#[inline]
pub fn retry_of<T: ContextParam>(param: &T) -> Retry {
    Retry::new(param.with_values())
}

/// Returns the context parameter of an attempt.
#[inline]
pub fn retry_param<'r, T: ContextParam>(retry: &'r Retry, param: &'r T) -> T::Derived<'r> {
    match &retry.0 {
        None => param.again(),
        Some(later) => T::derived(&later.ctx),
    }
}

/// Any other parameter, of which each attempt needs one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed to a second attempt",
    label = "taken by the first attempt",
    note = "take `&{Self}`, or a type that is `Clone`, such as `Arc<{Self}>`"
)]
pub trait RetryParam: Sized {
    #[must_use]
    fn again(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> RetryParam for T {
    #[inline]
    fn again(&self) -> Self {
        self.clone()
    }
}

#[inline]
pub fn again<T: RetryParam>(param: &T) -> T {
    param.again()
}

pin_project! {
    /// An attempt. Inside, `Context::current()` has its number.
    pub struct Run<'r, F> {
        retry: &'r Retry,
        #[pin]
        future: F,
    }
}

#[inline]
pub fn retry_run<F: Future<Output: RetryOutput>>(retry: &Retry, future: F) -> Run<'_, F> {
    Run { retry, future }
}

impl<F: Future> Future for Run<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let this = self.project();
        match &this.retry.0 {
            None => this.future.poll(task),
            Some(later) => poll_within(&later.ctx, this.future, task),
        }
    }
}

/// A result that can represent a failed attempt.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` has no error to retry after",
    label = "no `Result`",
    note = "`#[retry]` stands on functions that return `Result<T, E>`"
)]
pub trait RetryOutput: Sized {
    type Error;
    fn error(&self) -> Option<&Self::Error>;
    #[must_use]
    fn map_error(self, map: impl FnOnce(Self::Error) -> Self::Error) -> Self;
}

impl<T, E> RetryOutput for Result<T, E> {
    type Error = E;

    #[inline]
    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }

    fn map_error(self, map: impl FnOnce(E) -> E) -> Self {
        self.map_err(map)
    }
}

/// The time between two attempts.
pub struct Pause<R> {
    ctx: Context,
    until: Instant,
    /// The result of the last attempt.
    result: R,
}

/// Returns whether an attempt has succeeded. Separate from [`retry_next`], so that a result that
/// is ready at once is not moved.
#[inline]
pub fn retry_succeeded<R: RetryOutput>(result: &R, budget: Option<&RetryBudget>) -> bool {
    let succeeded = result.error().is_none();
    if let (true, Some(budget)) = (succeeded, budget) {
        budget.earn();
    }
    succeeded
}

/// Returns the result of the call after a failed attempt, or the pause before the next attempt.
#[cold]
#[inline(never)]
pub fn retry_next<R, W>(
    retry: &mut Retry,
    rules: &RetryRules<'_, W>,
    ctx: impl Borrow<Context>,
    result: R,
    is_cancellation: impl FnOnce(&R::Error) -> bool,
    with_deadline: impl FnOnce(R::Error, &dyn Fn() -> ContextError) -> R::Error,
) -> ControlFlow<R, Pause<R>>
where
    R: RetryOutput,
    W: Fn(&R::Error) -> bool,
{
    let Some(error) = result.error() else { return ControlFlow::Break(result) };
    let ctx = ctx.borrow();
    match after(retry, rules, ctx, error, is_cancellation) {
        After::NoAttempt => ControlFlow::Break(result),
        After::NoTime => ControlFlow::Break(result.map_error(|error| with_deadline(error, &|| ctx.deadline_error()))),
        After::Pause(until) => ControlFlow::Continue(Pause { ctx: ctx.clone(), until, result }),
    }
}

/// The step after a failed attempt.
enum After {
    NoAttempt,
    /// The next attempt would start at or after the deadline of the context.
    NoTime,
    Pause(Instant),
}

impl<R> Pause<R> {
    /// Waits. Returns the last result if the context ends before the next attempt starts.
    ///
    /// Boxed, so that a call that succeeds reserves no room for it.
    #[cold]
    pub fn wait(self) -> Pin<Box<impl Future<Output = Option<R>>>> {
        Box::pin(async move {
            let is_over = self.ctx.run(sleep_until(self.until)).await.is_err();
            is_over.then_some(self.result)
        })
    }
}

/// Returns when the next attempt starts, if there is one.
fn after<E, W: Fn(&E) -> bool>(
    retry: &mut Retry,
    rules: &RetryRules<'_, W>,
    ctx: &Context,
    error: &E,
    is_cancellation: impl FnOnce(&E) -> bool,
) -> After {
    let attempt = retry.attempt();
    if !rules.policy.allows(attempt) || ctx.has_ended() || is_cancellation(error) || !(rules.when)(error) {
        return After::NoAttempt;
    }
    let Some(until) = Instant::now().checked_add(rules.policy.pause(attempt)) else { return After::NoAttempt };
    // Does not wait for an attempt that could not start.
    if ctx.deadline().is_some_and(|deadline| deadline <= until) {
        return After::NoTime;
    }
    if rules.budget.is_some_and(|budget| !budget.take()) {
        return After::NoAttempt;
    }
    retry.0 = Some(Box::new(Later::new(ctx, attempt.saturating_add(1))));
    After::Pause(until)
}
