//! Waits for the end of a context, and runs futures until then.

use std::borrow::Borrow;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};
use std::time::Duration;

use futures_core::future::FusedFuture;

use super::call::budget;
use super::call::race::{Around, Race};
use super::call::waiter::Waiter;
use super::handle::Context;
use super::protect::shield::Shield;
use crate::error::ContextError;

impl Context {
    /// Waits until the context ends, and returns the reason. Never returns for a context that
    /// cannot end.
    ///
    /// # Panics
    ///
    /// If the context has a deadline and the call must wait outside of a Tokio runtime with timers
    /// enabled.
    ///
    /// # Cancellation safety
    ///
    /// Cancel safe: dropping the future only unregisters it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskward::{Context, ContextError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ctx = Context::background().with_timeout(Duration::from_millis(5));
    /// assert!(matches!(ctx.cancelled().await, ContextError::DeadlineExceeded(_)));
    /// # }
    /// ```
    pub fn cancelled(&self) -> WaitForCancel<&Self> {
        WaitForCancel::new(self)
    }

    /// Like [`cancelled`](Self::cancelled), with a future that owns its context, so that it can be
    /// spawned or stored.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (ctx, canceller) = taskward::Context::background().with_cancel();
    /// let task = tokio::spawn(ctx.into_cancelled());
    /// canceller.cancel();
    /// assert!(task.await.unwrap().is_cancelled());
    /// # }
    /// ```
    pub fn into_cancelled(self) -> WaitForCancel<Self> {
        WaitForCancel::new(self)
    }

    /// Waits until `limit` has passed, counted from this call, or the context ends.
    ///
    /// # Errors
    ///
    /// Returns the reason if the context ends first.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime with timers enabled.
    ///
    /// # Cancellation safety
    ///
    /// Cancel safe.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    ///
    /// let ctx = taskward::Context::background().with_timeout(Duration::from_secs(1));
    /// assert!(ctx.sleep(Duration::from_millis(10)).await.is_ok());
    /// assert!(ctx.sleep(Duration::from_secs(60)).await.is_err());
    /// # }
    /// ```
    #[track_caller]
    pub fn sleep(&self, limit: Duration) -> impl Future<Output = Result<(), ContextError>> + Send + use<'_> {
        self.run(tokio::time::sleep(limit))
    }

    /// Runs `future` until it completes or the context ends. An ended context wins over a ready
    /// future. Only a [`shield`](Self::shield) inside `future` delays the interruption.
    ///
    /// # Errors
    ///
    /// Returns the reason if the context ends first. `future` has then been dropped, and was never
    /// polled if the context had already ended.
    ///
    /// # Panics
    ///
    /// If the context has a deadline and the call must wait outside of a Tokio runtime with timers
    /// enabled.
    ///
    /// # Cancellation safety
    ///
    /// As safe as `future` itself, which is dropped at an `.await` when the context ends.
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

    /// Runs `future` to completion. If this context ends, the calls around wait until `future` is
    /// done, and are interrupted at the next `.await` after it. No work is left half done, and its
    /// value is not lost.
    ///
    /// The calls around are every annotated call and every [`run`](Self::run) in this task, also
    /// across `join!` and `select!`. Other branches beside `future` are interrupted at once.
    ///
    /// ```
    /// use taskward::{Context, ContextError, cancellable};
    /// # struct Db(std::cell::Cell<u32>);
    /// # impl Db {
    /// #     async fn withdraw(&self) {
    /// #         tokio::task::yield_now().await;
    /// #         self.0.set(self.0.get() + 1);
    /// #     }
    /// #     async fn deposit(&self) {
    /// #         tokio::task::yield_now().await;
    /// #         self.0.set(self.0.get() + 1);
    /// #     }
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
    /// Inside, [`Context::current`](Self::current) is this context, [detached](Self::detach). A
    /// context that you pass on yourself still ends: pass `&ctx.detach().with_timeout(…)` to work
    /// that must run. A shield around a future that hangs, hangs.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the returned future drops `future`. A shield protects from the end of contexts and
    /// time limits of this crate. It does not protect from `tokio::time::timeout`, a losing
    /// `select!` branch, or `abort`; spawn a task for that. A started shield that is kept without
    /// being polled delays the calls around it until it is dropped.
    pub fn shield<F: Future>(&self, future: F) -> Shield<F> {
        Shield::new(self.detach(), future)
    }

    /// Lets other tasks run, and checks the context before and after. Makes a long loop
    /// interruptible.
    ///
    /// # Errors
    ///
    /// Returns the reason once the context has ended.
    ///
    /// # Cancellation safety
    ///
    /// Cancel safe.
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
    /// # async fn main() {
    /// #     assert_eq!(sum(&Context::background(), &[1; 9999]).await.unwrap(), 9999);
    /// # }
    /// ```
    pub async fn checkpoint(&self) -> Result<(), ContextError> {
        if let Err(why) = self.check() {
            // Spends budget, so that a loop over calls that fail at once lets the calls around it
            // notice.
            budget::spend().await;
            return Err(why);
        }
        tokio::task::yield_now().await;
        self.check()
    }
}

/// The future returned by [`Context::cancelled`] and [`Context::into_cancelled`].
///
/// ```
/// use taskward::{Context, WaitForCancel};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (ctx, canceller) = Context::background().with_cancel();
/// let waiting: WaitForCancel<Context> = ctx.into_cancelled();
/// canceller.cancel();
/// assert_eq!(waiting.await.to_string(), "cancelled");
/// # }
/// ```
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct WaitForCancel<C: Borrow<Context>> {
    ctx: C,
    waiter: Waiter,
    is_done: bool,
}

impl<C: Borrow<Context>> WaitForCancel<C> {
    fn new(ctx: C) -> Self {
        Self { ctx, waiter: Waiter::default(), is_done: false }
    }
}

impl<C: Borrow<Context> + Unpin> Future for WaitForCancel<C> {
    type Output = ContextError;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<ContextError> {
        let this = self.get_mut();
        let ctx = this.ctx.borrow();
        if !ctx.has_ended() && this.waiter.wait(ctx, task.waker()) {
            return Poll::Pending;
        }
        ready!(budget::poll_spend(task));
        this.waiter.leave(ctx);
        this.is_done = true;
        Poll::Ready(ctx.why())
    }
}

impl<C: Borrow<Context> + Unpin> FusedFuture for WaitForCancel<C> {
    fn is_terminated(&self) -> bool {
        self.is_done
    }
}

impl<C: Borrow<Context>> Drop for WaitForCancel<C> {
    fn drop(&mut self) {
        self.waiter.leave(self.ctx.borrow());
    }
}

impl<C: Borrow<Context>> std::fmt::Debug for WaitForCancel<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WaitForCancel").field("ctx", self.ctx.borrow()).finish_non_exhaustive()
    }
}
