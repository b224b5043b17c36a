//! [`Shutdown`]: signal, wait, escalate.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use tokio::time::{Instant, sleep};

use crate::context::Context;
use crate::context::call::scope;
use crate::registry::{has_live_tasks, keep_cut, take_cut};

pub(crate) mod generated;
mod leftover;
mod report;
mod signal;
mod stopped;
mod watch;

pub use self::signal::Signal;
pub use self::stopped::Stopped;

/// Runs a body with a context that ends at SIGINT or SIGTERM, waits for it and for the tasks that
/// have an owner, and says what is left.
///
/// What [`#[taskward::main]`](macro@crate::main) stands on; for those who build their runtime
/// themselves. Its page says in full what happens when.
///
/// ```
/// use std::process::ExitCode;
/// use std::time::Duration;
/// use taskward::{Shutdown, Stopped};
/// use tokio::runtime::Runtime;
///
/// fn main() -> Stopped<Result<(), std::io::Error>> {
///     let shutdown = Shutdown::new().grace(Duration::from_secs(10));
///     shutdown.block_on(Runtime::new().unwrap(), |ctx| async move {
///         # let ctx = ctx.with_timeout(Duration::ZERO);
///         while let Ok(job) = ctx.run(next_job()).await {
///             job?;
///         }
///         Ok(())
///     })
/// }
/// # async fn next_job() -> std::io::Result<()> { Ok(()) }
/// ```
///
/// From [`new`](Self::new) on, signals are caught; dropping it without running anything gives that
/// up, and a signal ends the process again.
#[must_use = "does nothing until it runs a body"]
pub struct Shutdown {
    ctx: Context,
    guard: watch::Guard,
    clean_exit: bool,
    /// Tasks were dropped at the end of their group's grace.
    has_cut: AtomicBool,
}

/// What became of the body: its output or its panic, if it ended.
type Ended<R> = Option<thread::Result<R>>;

impl Shutdown {
    /// The grace, unless [`grace`](Self::grace) says otherwise: within the 10 s that `docker stop`
    /// gives a process, and longer than a `TaskGroup` gives its tasks.
    pub const GRACE: Duration = Duration::from_secs(8);

    /// Installs the handlers, if that has not been done, and catches signals from here on: one that
    /// comes before the body runs is not lost, but the context has ended when it begins.
    ///
    /// # Panics
    ///
    /// If the system gives no thread to wait for signals, or refuses the handlers.
    #[expect(clippy::new_without_default, reason = "it installs signal handlers, which nobody expects of a default")]
    pub fn new() -> Self {
        let (ctx, canceller) = Context::background().with_cancel();
        Self {
            ctx,
            guard: watch::Guard::new(canceller, Self::GRACE),
            clean_exit: false,
            has_cut: AtomicBool::new(false),
        }
    }

    /// How long the body and the tasks that have an owner may go on after the signal, and the tasks
    /// also after the body has returned. Zero: what does not end at once is aborted at once.
    pub fn grace(self, grace: Duration) -> Self {
        self.guard.state().grace = grace;
        self
    }

    /// After a signal, exits with the code of what the body returned, if everything stopped within
    /// the grace: for a supervisor that wants a 0 from a service that stopped in order. An error
    /// that is only the interruption by the signal counts as 0. What is still alive after the grace
    /// has the code of the signal.
    ///
    /// ```no_run
    /// use taskward::{Shutdown, Stopped};
    /// use tokio::runtime::Runtime;
    ///
    /// fn main() -> Stopped<()> {
    ///     Shutdown::new().clean_exit().block_on(Runtime::new().unwrap(), |ctx| async move { _ = ctx.cancelled().await }) // SIGTERM: 0
    /// }
    /// ```
    pub fn clean_exit(self) -> Self {
        Self { clean_exit: true, ..self }
    }

    /// Runs `body` in the runtime that this is awaited in.
    ///
    /// What is still alive after the grace is named on standard error, and it is aborted by whoever
    /// drops it: this future drops the body; the runtime, when it is shut down, drops the rest.
    /// [`block_on`](Self::block_on) does that, too, and waits for no thread that is blocked.
    ///
    /// Tasks with an owner are waited for wherever in the runtime they were spawned.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, or in one whose timers are not enabled. A panic in `body` goes
    /// on here, after the tasks have had their grace.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future drops the body and ends the context.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use taskward::Shutdown;
    ///
    /// let stopped = Shutdown::new().run(|ctx| async move { ctx.has_ended() }).await;
    /// assert_eq!((stopped.signal(), stopped.into_output()), (None, Some(false)));
    /// # }
    /// ```
    pub async fn run<F: Future>(self, body: impl FnOnce(Context) -> F) -> Stopped<F::Output> {
        let ended = self.drive(body).await;
        self.stopped(ended)
    }

    /// Runs `body` on `runtime`, and shuts that down: tasks that are still there are aborted.
    /// Blocked threads that have an owner, such as
    /// [`TaskGroup::spawn_blocking`](crate::TaskGroup::spawn_blocking), are waited for until the
    /// grace is over; others, such as the one that reads Tokio's `stdin`, for a second at most.
    ///
    /// # Panics
    ///
    /// Inside of a Tokio runtime, or if the timers of `runtime` are not enabled. A panic in `body`
    /// goes on here, after all that.
    pub fn block_on<F: Future>(self, runtime: Runtime, body: impl FnOnce(Context) -> F) -> Stopped<F::Output> {
        /// After the grace: tasks that are aborted may need a moment.
        const MOMENT: Duration = Duration::from_millis(100);
        /// Before its end: threads that block and have no owner, such as one that reads standard
        /// input.
        const UNOWNED: Duration = Duration::from_secs(1);

        let ended = runtime.block_on(self.drive(body));
        let left = self.guard.remaining().clamp(MOMENT, UNOWNED);
        self.guard.done_in(left);
        let began = std::time::Instant::now();
        runtime.shutdown_timeout(left);
        if began.elapsed() >= left {
            let grace = self.guard.state().grace;
            leftover::report_blocked_thread(grace.min(UNOWNED));
        }
        self.stopped(ended)
    }

    /// The body, then the tasks; and what is left, if the grace does not suffice.
    async fn drive<F: Future>(&self, body: impl FnOnce(Context) -> F) -> Ended<F::Output> {
        let Ok(runtime) = Handle::try_current() else {
            panic!("`Shutdown::run` needs a Tokio runtime: await it in one, or give one to `Shutdown::block_on`");
        };
        let here = runtime.id();
        {
            let mut state = self.guard.state();
            state.runtime = Some(runtime);
            state.in_task = tokio::task::try_id().is_some();
        }
        // Says at once if there are no timers.
        drop(sleep(Duration::ZERO));

        let ctx = self.ctx.clone();
        let mut body = Box::pin(async move { body(ctx).await });
        let ended = first(self.guarded(body.as_mut()), async {
            self.ctx.cancelled().await;
            keep_cut(here);
            sleep(self.guard.remaining()).await;
        })
        .await;
        self.guard.state().in_body = ended.is_none();
        if ended.is_some() {
            let until = Instant::now().checked_add(self.guard.remaining());
            keep_cut(here);
            self.guard.canceller().cancel_with("the main function has returned");
            wait_for_tasks(until, || !has_live_tasks(here)).await;
        }
        let cut = take_cut(here);
        if !cut.is_empty() {
            self.has_cut.store(true, Relaxed);
            let signal = self.guard.state().signal;
            leftover::report_cut(signal, &cut);
        }
        if ended.is_none() || has_live_tasks(here) {
            self.guard.done_in(Duration::ZERO);
            let leftover = self.guard.state().leftover();
            if let Some(leftover) = leftover {
                leftover.report();
            }
        }
        ended
    }

    /// The body's future, with the context as the current one, and its panic kept.
    async fn guarded<F: Future>(&self, mut body: Pin<&mut F>) -> thread::Result<F::Output> {
        poll_fn(|task| {
            let poll = || scope::with_context(&self.ctx, || body.as_mut().poll(task));
            match catch_unwind(AssertUnwindSafe(poll)) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
                Err(panic) => Poll::Ready(Err(panic)),
            }
        })
        .await
    }

    fn stopped<R>(self, ended: Ended<R>) -> Stopped<R> {
        let (signal, is_clean) = {
            let state = self.guard.state();
            (state.signal, !state.reported && !self.has_cut.load(Relaxed))
        };
        let clean = self.clean_exit && is_clean && ended.is_some();
        let output = ended.map(|ended| ended.unwrap_or_else(|panic| resume_unwind(panic)));
        Stopped { output, signal, clean }
    }
}

impl fmt::Debug for Shutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.guard.state();
        f.debug_struct("Shutdown").field("grace", &state.grace).field("signal", &state.signal).finish_non_exhaustive()
    }
}

/// `main`, unless `limit` is done first. Of two that are ready, `main` wins.
async fn first<T>(main: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    let (mut main, mut limit) = (pin!(main), pin!(limit));
    poll_fn(|task| match main.as_mut().poll(task) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => limit.as_mut().poll(task).map(|()| None),
    })
    .await
}

/// Until `is_done` says so: tasks tell nobody when they end, so this looks, and ever more rarely.
async fn wait_for_tasks(until: Option<Instant>, is_done: impl Fn() -> bool) {
    let mut pause = Duration::from_millis(1);
    while !is_done() {
        let left = until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return;
        }
        sleep(pause.min(left)).await;
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
