//! What waits for the end of a context, or runs until then.

use std::future::Future;

use super::race::{Around, Race};
use super::scope::Observer;
use super::{CancelHook, Context, Shield, WaitForCancel};
use crate::error::ContextError;

impl Context {
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
}
