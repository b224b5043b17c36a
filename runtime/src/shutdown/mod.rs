//! [`Shutdown`]: handles signals, waits, and escalates.

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
use crate::located::Located;
use crate::registry::{has_live_tasks, keep_cut, take_cut};

mod dump;
pub(crate) mod generated;
mod leftover;
mod others;
mod report;
mod signal;
mod stopped;
mod watch;

pub use self::signal::Signal;
pub use self::stopped::Stopped;

/// Runs a body with a context that ends at SIGINT or SIGTERM. Waits for the body and for the tasks
/// that have an owner, and reports those that are left.
///
/// The engine of [`#[taskward::main]`](macro@crate::main), for programs that build their own
/// runtime. See its page for the order of events.
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
/// Signals are caught from [`new`](Self::new) on. After a `Shutdown` is dropped without running a
/// body, a signal ends the process again.
#[must_use = "does nothing until it runs a body"]
pub struct Shutdown {
    ctx: Context,
    guard: watch::Guard,
    clean_exit: bool,
    /// Reports where the body waits.
    located: Located,
    /// Tasks were dropped at the end of their group's grace.
    has_cut: AtomicBool,
}

/// The output or the panic of the body, if it ended.
type Ended<R> = Option<thread::Result<R>>;

impl Shutdown {
    /// The default [`grace`](Self::grace): less than the 10 s that `docker stop` gives a process,
    /// and more than a `TaskGroup` usually gives its tasks.
    pub const GRACE: Duration = Duration::from_secs(8);

    /// Installs the signal handlers, if needed, and catches signals from now on. A signal before
    /// the body runs is not lost: the context has then ended when the body starts.
    ///
    /// # Panics
    ///
    /// If the system cannot create a thread to wait for signals, or refuses the handlers.
    #[expect(clippy::new_without_default, reason = "it installs signal handlers, which is unexpected of a default")]
    pub fn new() -> Self {
        let (ctx, canceller) = Context::background().with_cancel();
        Self {
            ctx,
            guard: watch::Guard::new(canceller, Self::GRACE),
            clean_exit: false,
            located: Located::default(),
            has_cut: AtomicBool::new(false),
        }
    }

    /// Sets the time that the body and the tasks with an owner have after the signal, and the
    /// tasks also after the body has returned. With zero, tasks that do not end at once are
    /// aborted.
    pub fn grace(self, grace: Duration) -> Self {
        self.guard.state().grace = grace;
        self
    }

    /// After a signal, exits with the code of the body's result if everything stopped within the
    /// grace, for supervisors that expect 0 from a service that stopped in order. An error that is
    /// only the interruption by the signal counts as 0. If tasks are alive after the grace, the
    /// code is that of the signal.
    ///
    /// ```no_run
    /// use taskward::{Shutdown, Stopped};
    /// use tokio::runtime::Runtime;
    ///
    /// fn main() -> Stopped<()> {
    ///     // Exits with 0 after SIGTERM.
    ///     Shutdown::new().clean_exit().block_on(Runtime::new().unwrap(), async |ctx| {
    ///         _ = ctx.cancelled().await;
    ///     })
    /// }
    /// ```
    pub fn clean_exit(self) -> Self {
        Self { clean_exit: true, ..self }
    }

    /// Runs `body` in the current runtime.
    ///
    /// Tasks alive after the grace are reported on standard error. Dropping their owner aborts
    /// them: this future drops the body, and the shutdown of the runtime drops the others.
    /// [`block_on`](Self::block_on) also shuts the runtime down, without waiting for blocked
    /// threads.
    ///
    /// Tasks with an owner are waited for wherever in the runtime they were spawned.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, or in a runtime without timers. A panic in `body` resumes here
    /// after the tasks have had their grace.
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

    /// Runs `body` on `runtime`, and then shuts the runtime down: remaining tasks are aborted.
    /// Blocked threads that have an owner, such as
    /// [`TaskGroup::spawn_blocking`](crate::TaskGroup::spawn_blocking), are waited for until the
    /// end of the grace; others, such as the thread that reads Tokio's `stdin`, for at most a
    /// second.
    ///
    /// # Panics
    ///
    /// Inside of a Tokio runtime, or if `runtime` has no timers. A panic in `body` resumes here
    /// after the shutdown.
    pub fn block_on<F: Future>(self, runtime: Runtime, body: impl FnOnce(Context) -> F) -> Stopped<F::Output> {
        /// The time for aborted tasks to stop after the grace.
        const MOMENT: Duration = Duration::from_millis(100);
        /// The time for blocked threads without an owner, such as one that reads standard input.
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

    /// Runs the body, waits for the tasks, and reports those left after the grace.
    async fn drive<F: Future>(&self, body: impl FnOnce(Context) -> F) -> Ended<F::Output> {
        let Ok(runtime) = Handle::try_current() else {
            panic!("`Shutdown::run` needs a Tokio runtime: await it in one, or give one to `Shutdown::block_on`");
        };
        let here = runtime.id();
        {
            let mut state = self.guard.state();
            state.runtime = Some(runtime);
            state.in_task = tokio::task::try_id().is_some();
            state.began = Some(std::time::Instant::now());
            state.located = self.located.clone();
        }
        // Panics at once if the runtime has no timers.
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

    /// Polls the body with the context as the current one, and catches its panic.
    async fn guarded<F: Future>(&self, mut body: Pin<&mut F>) -> thread::Result<F::Output> {
        poll_fn(|task| {
            let poll = || scope::with_context(&self.ctx, || self.located.poll(body.as_mut(), task));
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

/// Returns the output of `main`, unless `limit` is ready first. `main` wins if both are ready.
async fn first<T>(main: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    let (mut main, mut limit) = (pin!(main), pin!(limit));
    poll_fn(|task| match main.as_mut().poll(task) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => limit.as_mut().poll(task).map(|()| None),
    })
    .await
}

/// Waits until `is_done` returns true. Tasks do not notify at their end, so this polls, at growing
/// intervals.
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
