//! The attempts of one call.
#![allow(missing_docs)]

use std::borrow::Borrow;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;
use tokio::time::{Instant, sleep_until};

use super::policy::{RetryPolicy, RetryRules};
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

/// Returns `ctx` with the number of an attempt. For attempts made by other engines, such as a queue
/// of jobs.
#[must_use]
pub fn with_attempt(ctx: &Context, attempt: u32) -> Context {
    ctx.with_value(Attempt(attempt))
}

/// The state of a call between its attempts.
pub struct Retry<'b, C: Borrow<Context>, P: Borrow<RetryPolicy>, W> {
    ctx: C,
    rules: RetryRules<'b, P, W>,
    attempts: u32,
    /// The context of a later attempt, with its number. Boxed, so that a call that succeeds
    /// reserves no room for it.
    numbered: Option<Box<Context>>,
}

impl<'b, C: Borrow<Context>, P: Borrow<RetryPolicy>, W> Retry<'b, C, P, W> {
    #[inline]
    pub fn new(rules: RetryRules<'b, P, W>, ctx: C) -> Self {
        // Inside a later attempt of another call, this call starts counting at 1 again.
        let is_numbered = ctx.borrow().value::<Attempt>().is_some();
        let numbered = is_numbered.then(|| Box::new(ctx.borrow().with_value(Attempt(1))));
        Self { ctx, rules, attempts: 1, numbered }
    }

    fn context(&self) -> &Context {
        self.numbered.as_deref().unwrap_or_else(|| self.ctx.borrow())
    }
}

/// Returns the context parameter of an attempt.
#[inline]
pub fn retry_param<'r, T, C, P, W>(retry: &'r Retry<'_, C, P, W>, _: &T) -> T::Derived<'r>
where
    T: ContextParam,
    C: Borrow<Context>,
    P: Borrow<RetryPolicy>,
{
    T::derived(retry.context())
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
        numbered: Option<&'r Context>,
        #[pin]
        future: F,
    }
}

#[inline]
pub fn retry_run<'r, F, C, P, W>(retry: &'r Retry<'_, C, P, W>, future: F) -> Run<'r, F>
where
    F: Future<Output: RetryOutput>,
    C: Borrow<Context>,
    P: Borrow<RetryPolicy>,
{
    Run { numbered: retry.numbered.as_deref(), future }
}

impl<F: Future> Future for Run<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let this = self.project();
        match this.numbered {
            None => this.future.poll(task),
            Some(ctx) => poll_within(ctx, || this.future.poll(task)),
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

/// Returns whether an attempt has succeeded. Separate from [`retry_next`], so that a result that is
/// ready at once is not moved.
#[inline]
pub fn retry_succeeded<R, C, P, W>(retry: &Retry<'_, C, P, W>, result: &R) -> bool
where
    R: RetryOutput,
    C: Borrow<Context>,
    P: Borrow<RetryPolicy>,
{
    let succeeded = result.error().is_none();
    if let (true, Some(budget)) = (succeeded, retry.rules.budget) {
        budget.earn();
    }
    succeeded
}

/// Returns the result of the call after a failed attempt, or the pause before the next attempt.
#[cold]
#[inline(never)]
pub fn retry_next<R, C, P, W>(
    retry: &mut Retry<'_, C, P, W>,
    result: R,
    is_cancellation: impl FnOnce(&R::Error) -> bool,
    with_deadline: impl FnOnce(R::Error, &dyn Fn() -> ContextError) -> R::Error,
) -> ControlFlow<R, Pause<R>>
where
    R: RetryOutput,
    C: Borrow<Context>,
    P: Borrow<RetryPolicy>,
    W: Fn(&R::Error) -> bool,
{
    let Some(error) = result.error() else { return ControlFlow::Break(result) };
    match after(retry, error, is_cancellation) {
        After::NoAttempt => ControlFlow::Break(result),
        After::NoTime(ctx) => {
            ControlFlow::Break(result.map_error(|error| with_deadline(error, &|| ctx.deadline_error())))
        }
        After::Pause(ctx, until) => ControlFlow::Continue(Pause { ctx, until, result }),
    }
}

/// The step after a failed attempt.
enum After {
    NoAttempt,
    /// The next attempt would start at or after the deadline of this context.
    NoTime(Context),
    Pause(Context, Instant),
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
fn after<E, C, P, W>(retry: &mut Retry<'_, C, P, W>, error: &E, is_cancellation: impl FnOnce(&E) -> bool) -> After
where
    C: Borrow<Context>,
    P: Borrow<RetryPolicy>,
    W: Fn(&E) -> bool,
{
    let (ctx, policy) = (retry.ctx.borrow(), *retry.rules.policy.borrow());
    if !policy.allows(retry.attempts) || ctx.has_ended() || is_cancellation(error) || !(retry.rules.when)(error) {
        return After::NoAttempt;
    }
    let Some(until) = Instant::now().checked_add(policy.pause(retry.attempts)) else { return After::NoAttempt };
    // Does not wait for an attempt that could not start.
    if ctx.deadline().is_some_and(|deadline| deadline <= until) {
        return After::NoTime(ctx.clone());
    }
    if retry.rules.budget.is_some_and(|budget| !budget.take()) {
        return After::NoAttempt;
    }
    let ctx = ctx.clone();
    retry.attempts = retry.attempts.saturating_add(1);
    retry.numbered = Some(Box::new(ctx.with_value(Attempt(retry.attempts))));
    After::Pause(ctx, until)
}
