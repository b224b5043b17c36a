//! [`Context`]: cancellation, deadlines and values, passed from call to call.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Cause, ContextError, Limit};

mod alarm;
pub(crate) mod announce;
mod cancelled;
mod canceller;
pub(crate) mod current;
mod frame;
pub(crate) mod grace;
mod hook;
pub(crate) mod limit;
pub(crate) mod race;
mod scope;
mod shield;
mod values;
mod waiter;

#[cfg(all(test, taskward_loom))]
mod loom_models;

pub use self::cancelled::WaitForCancel;
pub use self::canceller::Canceller;
pub(crate) use self::canceller::OwnContext;
pub use self::hook::CancelHook;
use self::race::{Around, Race};
use self::scope::{Observer, Origin, Scope};
pub use self::shield::Shield;
use self::values::Values;

/// What a call needs to know of the world around it: whether it is still wanted, until when, and a few typed values.
///
/// A `Context` only observes; to cancel needs the [`Canceller`] that comes out of [`with_cancel`](Self::with_cancel). Contexts form a
/// tree: what ends a context ends all that were derived from it, with the same error. A clone is the same context, and
/// costs a reference count. Ending is for good, and it is level-triggered: whoever looks later sees it too.
///
/// A child costs its parent nothing until something waits on it, and a finished child leaves nothing behind.
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
/// Modelled on Go's `context.Context`; the separation of observing from cancelling is that of C#'s
/// `CancellationToken` and its source.
#[derive(Clone, Default)]
pub struct Context {
    /// `None`: never ends.
    scope: Option<Arc<Scope>>,
    values: Option<Arc<Values>>,
}

impl Context {
    /// The root of a tree: never cancelled, without deadline or values. Costs nothing.
    ///
    /// ```
    /// assert!(!taskward::Context::background().is_cancelled());
    /// ```
    #[must_use]
    pub const fn background() -> Self {
        Self { scope: None, values: None }
    }

    /// The context of the annotated call that is being polled on this thread, or else [`background`](Self::background).
    ///
    /// For code whose signature cannot carry a context. A task that is spawned starts without one.
    ///
    /// ```
    /// use taskward::{Context, ContextError, cancellable};
    ///
    /// struct RequestId(u64);
    ///
    /// #[cancellable]
    /// async fn handle(ctx: &Context) -> Result<u64, ContextError> {
    ///     Ok(async { deep_below() }.await)
    /// }
    ///
    /// fn deep_below() -> u64 {
    ///     Context::current().value::<RequestId>().unwrap().0
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ctx = Context::background().with_value(RequestId(7));
    /// assert_eq!(handle(&ctx).await.unwrap(), 7);
    /// # }
    /// ```
    #[must_use]
    pub fn current() -> Self {
        current::current()
    }

    /// A child that the returned [`Canceller`] can cancel.
    ///
    /// The canceller cancels when it is dropped, so that no path can forget to.
    ///
    /// ```
    /// let (ctx, canceller) = taskward::Context::background().with_cancel();
    /// drop(canceller);
    /// assert!(ctx.is_cancelled());
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
        if self.deadline().is_some_and(|mine| mine <= at) {
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
        let at = at.filter(|at| self.deadline().is_none_or(|mine| *at < mine));
        let origin = if at.is_some() { Origin::Limit(label) } else { Origin::Cancel };
        OwnContext::new(self.derive(Arc::new(Scope::new(self.scope.clone(), origin, at))))
    }

    /// A child that ends with its owner.
    pub(crate) fn own_child(&self) -> OwnContext {
        OwnContext::new(self.derive(Arc::new(Scope::new(self.scope.clone(), Origin::Cancel, None))))
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

    /// The value of type `T` that was put in last, here or above.
    #[must_use]
    pub fn value<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.values.as_deref()?.find()
    }

    /// The same values without the cancellation and the deadline: for work that has to be finished after this context
    /// has ended, such as an audit record. Give it a limit of its own. A task that does such work needs an owner that outlives the
    /// call: a [`TaskGroup`](crate::TaskGroup) of the service, made with the context of `main`, and not one that is dropped at the end of
    /// the call.
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

    /// `Ok` while the context lives.
    ///
    /// One atomic load, without a deadline. A child that nothing waits on looks at its ancestors, too; with a deadline, it
    /// looks at the clock.
    ///
    /// # Errors
    ///
    /// Why the context ended, once it has.
    #[inline]
    pub fn check(&self) -> Result<(), ContextError> {
        if self.is_cancelled() { Err(self.why()) } else { Ok(()) }
    }

    /// Whether the context has ended, cancelled or out of time.
    #[inline]
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.scope.as_ref().is_some_and(Scope::has_ended)
    }

    /// Whether the context has ended, or will have as soon as whoever ends an ancestor gets here.
    pub(crate) fn is_ending(&self) -> bool {
        self.scope.as_ref().is_some_and(|scope| scope.is_ending())
    }

    /// When the context ends at the latest: the earliest deadline from here to the root.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.scope.as_ref()?.deadline()
    }

    /// The time left until [`deadline`](Self::deadline); zero once it has passed.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        Some(self.deadline()?.saturating_duration_since(Instant::now()))
    }

    /// What ended the context; see [`ContextError::cause`]. `None` while it lives, and for a cancellation without a cause.
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

    /// Waits until the context ends, and returns why. Never returns for a context that cannot end.
    ///
    /// # Panics
    ///
    /// With a deadline, in a Tokio runtime whose timers are not enabled.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future only unregisters it.
    pub fn cancelled(&self) -> WaitForCancel<'_> {
        WaitForCancel::new(self)
    }

    /// Runs `future` until it is done or the context ends, whichever is first; an ended context wins over a ready future. Only a
    /// [`shield`](Self::shield) in it is waited for.
    ///
    /// # Errors
    ///
    /// Why the context ended. `future` has been dropped then, and never polled if the context had ended before.
    ///
    /// # Panics
    ///
    /// With a deadline, in a Tokio runtime whose timers are not enabled.
    ///
    /// # Cancellation safety
    ///
    /// As safe as `future` itself: when the context ends, it is dropped at an `.await`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (ctx, canceller) = taskward::Context::background().with_cancel();
    /// assert_eq!(ctx.run(async { 1 }).await.unwrap(), 1);
    /// canceller.cancel();
    /// assert!(ctx.run(async { 1 }).await.is_err());
    /// # }
    /// ```
    pub fn run<F: Future>(&self, future: F) -> impl Future<Output = Result<F::Output, ContextError>> {
        Race::new(self, future, Around)
    }

    /// Runs `future` to its end: when this context ends, the calls around wait until it is done, and are interrupted at the
    /// next `.await` behind it. So nothing is half done, and its value is not lost.
    ///
    /// "Around" is every annotated call and every [`run`](Self::run) in this task, also with `join!` or `select!` in
    /// between. What is beside `future` is interrupted at once.
    ///
    /// ```
    /// use taskward::{Context, ContextError, cancellable};
    /// # struct Db(std::cell::Cell<u32>);
    /// # impl Db {
    /// #     async fn withdraw(&self) { tokio::task::yield_now().await; self.0.set(self.0.get() + 1) }
    /// #     async fn deposit(&self) { tokio::task::yield_now().await; self.0.set(self.0.get() + 1) }
    /// # }
    ///
    /// #[cancellable]
    /// async fn transfer(ctx: &Context, db: &Db) -> Result<(), ContextError> {
    ///     ctx.shield(async {
    ///         db.withdraw().await;
    ///         db.deposit().await; // never one without the other
    ///     })
    ///     .await;
    ///     ctx.checkpoint().await // the interruption comes here
    /// }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let (ctx, canceller) = Context::background().with_cancel();
    /// # let db = Db(std::cell::Cell::new(0));
    /// # let (result, ()) = tokio::join!(transfer(&ctx, &db), async { canceller.cancel() });
    /// # assert!(result.is_err());
    /// # assert_eq!(db.0.get(), 2);
    /// # }
    /// ```
    ///
    /// Inside, [`Context::current`](Self::current) is this context, [detached](Self::detach). A context that you pass on yourself is what it
    /// is: to what has to run, pass `&ctx.detach().with_timeout(…)`, because a shield around something that hangs hangs.
    ///
    /// # Cancellation safety
    ///
    /// Dropping this future drops `future`. A shield protects from what ends contexts and time limits of this crate; it cannot
    /// from `tokio::time::timeout`, from a `select!` branch that loses, or from `abort`: for that, spawn. A shield
    /// that has begun, and is kept without being polled, holds up the calls around it until it is dropped.
    pub fn shield<F: Future>(&self, future: F) -> Shield<F> {
        Shield::new(self.detach(), future)
    }

    /// A place where a long loop can be interrupted: lets other tasks run, and checks before and after.
    ///
    /// # Errors
    ///
    /// Why the context ended, once it has.
    ///
    /// # Cancellation safety
    ///
    /// Nothing is lost if it is dropped.
    ///
    /// ```
    /// # use taskward::{Context, ContextError};
    /// async fn sum(ctx: &Context, numbers: &[u64]) -> Result<u64, ContextError> {
    ///     let mut sum = 0;
    ///     for chunk in numbers.chunks(4096) {
    ///         sum += chunk.iter().sum::<u64>();
    ///         ctx.checkpoint().await?;
    ///     }
    ///     Ok(sum)
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() { assert_eq!(sum(&Context::background(), &[1; 9999]).await.unwrap(), 9999) }
    /// ```
    pub async fn checkpoint(&self) -> Result<(), ContextError> {
        self.check()?;
        tokio::task::yield_now().await;
        self.check()
    }

    /// Calls `hook` once, when the context ends, on the thread that ends it; at once if it has ended already.
    ///
    /// Dropping the returned [`CancelHook`] unregisters it. Keep hooks short: they run inside somebody's `cancel`. A deadline
    /// calls its hooks on time only if one was registered, or something waits, inside a Tokio runtime.
    ///
    /// # Panics
    ///
    /// A panic in `hook` goes to whoever cancels, after all other hooks have run.
    ///
    /// ```
    /// # use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
    /// let (ctx, canceller) = taskward::Context::background().with_cancel();
    /// let stopped = Arc::new(AtomicBool::new(false));
    /// let flag = stopped.clone();
    /// let _hook = ctx.on_cancel(move |_why| flag.store(true, Ordering::Relaxed));
    /// canceller.cancel();
    /// assert!(stopped.load(Ordering::Relaxed));
    /// ```
    pub fn on_cancel(&self, hook: impl FnOnce(ContextError) + Send + 'static) -> CancelHook {
        let Some(scope) = &self.scope else { return CancelHook::new(self.clone(), None) };
        let observed = if scope.has_ended() {
            Err(Observer::Hook(Box::new(hook)))
        } else {
            scope.observe(Observer::Hook(Box::new(hook)))
        };
        if let Err(Observer::Hook(hook)) = observed {
            hook(scope.why());
            return CancelHook::new(self.clone(), None);
        }
        CancelHook::new(self.clone(), observed.ok())
    }

    fn derive(&self, scope: Arc<Scope>) -> Self {
        Self { scope: Some(scope), values: self.values.clone() }
    }

    pub(crate) fn scope(&self) -> Option<&Arc<Scope>> {
        self.scope.as_ref()
    }

    pub(crate) fn same_scope(&self, other: &Self) -> bool {
        match (&self.scope, &other.scope) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            (None, None) => true,
            _ => false,
        }
    }

    /// Why the context ended. Only to be asked of one that has.
    #[cold]
    pub(crate) fn why(&self) -> ContextError {
        self.scope.as_ref().map_or_else(ContextError::cancelled, |scope| scope.why())
    }
}

/// A context that ends when the token is cancelled.
#[cfg(feature = "tokio-util")]
impl From<tokio_util::sync::CancellationToken> for Context {
    fn from(token: tokio_util::sync::CancellationToken) -> Self {
        Self::background().derive(Arc::new(Scope::new(None, Origin::Token(token), None)))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("ended", &self.check().err())
            .field("deadline", &self.deadline())
            .finish_non_exhaustive()
    }
}
