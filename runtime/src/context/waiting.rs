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
    /// Waits until the context ends, and returns why. Never returns for a context that cannot end.
    ///
    /// # Panics
    ///
    /// With a deadline, when it has to wait outside of a Tokio runtime whose timers are enabled.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future only unregisters it.
    pub fn cancelled(&self) -> WaitForCancel<&Self> {
        WaitForCancel::new(self)
    }

    /// Like [`cancelled`](Self::cancelled), with a future that owns its context: it can be spawned
    /// or stored.
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
    /// Why the context ended, if it did first.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime whose timers are enabled.
    ///
    /// # Cancellation safety
    ///
    /// Nothing is lost if it is dropped.
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

    /// Runs `future` until it is done or the context ends, whichever is first; an ended context
    /// wins over a ready future. Only a [`shield`](Self::shield) in it is waited for.
    ///
    /// # Errors
    ///
    /// Why the context ended. `future` has been dropped then, and never polled if the context had
    /// ended before.
    ///
    /// # Panics
    ///
    /// With a deadline, when it has to wait outside of a Tokio runtime whose timers are enabled.
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

    /// Runs `future` to its end: when this context ends, the calls around wait until it is done,
    /// and are interrupted at the next `.await` behind it. So nothing is half done, and its value
    /// is not lost.
    ///
    /// "Around" is every annotated call and every [`run`](Self::run) in this task, also with
    /// `join!` or `select!` in between. What is beside `future` is interrupted at once.
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
    /// Inside, [`Context::current`](Self::current) is this context, [detached](Self::detach). A
    /// context that you pass on yourself is what it is: to what has to run, pass
    /// `&ctx.detach().with_timeout(…)`, because a shield around something that hangs hangs.
    ///
    /// # Cancellation safety
    ///
    /// Dropping this future drops `future`. A shield protects from what ends contexts and time
    /// limits of this crate; it cannot from `tokio::time::timeout`, from a `select!` branch that
    /// loses, or from `abort`: for that, spawn. A shield that has begun, and is kept without being
    /// polled, holds up the calls around it until it is dropped.
    pub fn shield<F: Future>(&self, future: F) -> Shield<F> {
        Shield::new(self.detach(), future)
    }

    /// A place where a long loop can be interrupted: lets other tasks run, and checks before and
    /// after.
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
        if let Err(why) = self.check() {
            // A loop over calls that fail at once must let the calls around it see that, too.
            budget::spend().await;
            return Err(why);
        }
        tokio::task::yield_now().await;
        self.check()
    }
}

/// The future of [`Context::cancelled`] and [`Context::into_cancelled`].
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
