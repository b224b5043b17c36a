//! A run of a test's body on its own runtime: one thread, virtual time, one queue.

use std::future::{Future, poll_fn};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as Cx, Poll};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep};

use super::exit;
use super::output::TestOutput;
use super::panics::{self, Panic, TaskPanic};
use super::race::plan::Plan;
use super::race::polls::Over;
use super::session::{Mode, Session};
use super::task::{Role, Task};
use crate::context::Context;
use crate::context::call::scope;
use crate::registry::TaskInfo;

/// The conditions under which bodies run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunOptions {
    /// The clock stands still while tasks can run, and otherwise jumps to the next timer.
    pub(crate) is_virtual: bool,
    /// Enables sockets, signals and processes.
    pub(crate) has_io: bool,
    /// The time for other threads to act before an idle run counts as a deadlock.
    pub(crate) grace: Duration,
}

impl RunOptions {
    /// Virtual time, without sockets until needed.
    pub(crate) const VIRTUAL: Self = Self { is_virtual: true, has_io: false, grace: Duration::from_millis(30) };

    pub(crate) fn real(self) -> Self {
        Self { is_virtual: false, has_io: true, ..self }
    }
}

/// The failure of a run.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    Passed,
    /// The body returned an error.
    Failed(String),
    /// The body panicked.
    Panicked(Panic),
    /// Another task panicked, and nothing received the panic.
    TaskPanicked(TaskPanic),
    /// No task can run, and no timer is set.
    Deadlock,
    /// The run has not ended, after this time of its clock.
    Hang(Over, Duration),
    /// No runtime could be created.
    Impossible(String),
}

/// A finished run.
pub(crate) struct Run {
    pub(crate) ending: Ending,
    /// The tasks alive at the end.
    pub(crate) alive: Vec<Arc<Task>>,
    /// The number of untracked tasks of the runtime.
    pub(crate) unknown: usize,
    /// In order of time.
    pub(crate) panics: Vec<Panic>,
    /// The first panic that ended a task and was not received.
    task_panic: Option<TaskPanic>,
}

/// In virtual time, later than users' timers.
const LONG: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// In real time.
const QUIET: Duration = Duration::from_secs(3);
/// The time for remaining blocking tasks.
const SHUTDOWN: Duration = Duration::from_millis(500);

/// Runs `body` once under `plan`.
pub(crate) fn run<F>(body: impl FnOnce(Context) -> F, info: TaskInfo, plan: &Arc<Plan>, options: RunOptions) -> Run
where
    F: Future<Output: TestOutput> + 'static,
{
    let session = Session::new(Mode::Directed(plan.clone()));
    let runtime = match runtime(options, &session) {
        Ok(runtime) => runtime,
        Err(error) => return Run::without(Ending::Impossible(error.to_string())),
    };
    let _runs = exit::runs(&test_name());
    let on_runtime = session.on(runtime.handle().id());
    panics::install();
    let began = runtime.block_on(async { Instant::now() });
    // The body may panic before it returns a future.
    let body = catch_unwind(AssertUnwindSafe(|| {
        let _guard = runtime.enter();
        let (ctx, mut body) = (session.context().clone(), Box::pin(body(session.context().clone())));
        session.track(poll_fn(move |cx| scope::with_context(&ctx, || body.as_mut().poll(cx))), info)
    }));
    let ending = match body {
        Ok(body) => {
            let mut task = runtime.spawn_local(body);
            let end = runtime.block_on(end(&mut task, plan, options));
            ending(end, &session, began, &runtime)
        }
        Err(payload) => Ending::Panicked(Panic::of(&*payload)),
    };
    let alive = session.alive();
    // Tokio counts no blocking tasks.
    let known = alive.iter().filter(|task| task.role != Role::Blocking).count();
    let unknown = runtime.handle().metrics().num_alive_tasks().saturating_sub(known);
    // Collected before unfinished tasks are dropped, which may panic legitimately.
    let task_panic = session.panics().unreceived().into_iter().next();
    drop(catch_unwind(AssertUnwindSafe(|| {
        let _guard = runtime.enter();
        session.end_context(false);
    })));
    runtime.shutdown_timeout(SHUTDOWN);
    drop(on_runtime);
    Run { ending, alive, unknown, panics: session.panics().all(), task_panic }
}

impl Run {
    fn without(ending: Ending) -> Self {
        Self { ending, alive: Vec::new(), unknown: 0, panics: Vec::new(), task_panic: None }
    }

    /// Returns the failure, if the run failed.
    pub(crate) fn failure(&self, allows_panics: bool) -> Option<Ending> {
        match &self.ending {
            Ending::Passed if allows_panics => None,
            Ending::Passed => self.task_panic.clone().map(Ending::TaskPanicked),
            ending => Some(ending.clone()),
        }
    }
}

/// Returns the name of the test, which the harness gives to its thread.
fn test_name() -> String {
    thread::current().name().unwrap_or_default().to_owned()
}

#[cfg_attr(not(tokio_unstable), expect(unused_variables, reason = "Tokio tells nobody of its tasks"))]
fn runtime(options: RunOptions, session: &Arc<Session>) -> io::Result<LocalRuntime> {
    let mut builder = Builder::new_current_thread();
    let test = test_name();
    builder.on_thread_start(move || exit::begin(&test)).on_thread_stop(exit::end);
    // Fixed, so that the order of polls is reproducible.
    builder.event_interval(61).global_queue_interval(31).start_paused(options.is_virtual).enable_time();
    if options.has_io {
        builder.enable_all();
    }
    #[cfg(tokio_unstable)]
    super::hooks::install(&mut builder, session);
    builder.build_local(LocalOptions::default())
}

enum End<R> {
    Body(Result<R, tokio::task::JoinError>),
    /// Nothing has run for long.
    Quiet,
    Busy(Over),
}

/// Waits until the body has ended, or never will.
async fn end<R>(body: &mut JoinHandle<R>, plan: &Plan, options: RunOptions) -> End<R> {
    let mut body = pin!(body);
    let mut polled = |cx: &mut Cx<'_>| match body.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(End::Body(result)),
        Poll::Pending => plan.is_over(cx.waker()).map_or(Poll::Pending, |why| Poll::Ready(End::Busy(why))),
    };
    loop {
        let polls = plan.polls();
        let wait = if options.is_virtual { LONG } else { QUIET };
        if let Some(end) = first(&mut polled, sleep(wait)).await {
            return end;
        }
        // Tasks polled in the meantime may have set timers.
        if plan.polls() == polls {
            let grace = spawn_blocking(move || thread::sleep(options.grace));
            if let Some(end) = first(&mut polled, async { drop(grace.await) }).await {
                return end;
            }
            if plan.polls() == polls {
                return End::Quiet;
            }
        }
    }
}

/// Returns the output of `polled`, or `None` if `other` ends first.
async fn first<T>(polled: &mut impl FnMut(&mut Cx<'_>) -> Poll<T>, other: impl Future<Output = ()>) -> Option<T> {
    let mut other = pin!(other);
    poll_fn(|cx| match polled(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => other.as_mut().poll(cx).map(|()| None),
    })
    .await
}

fn ending<R: TestOutput>(end: End<R>, session: &Session, began: Instant, runtime: &LocalRuntime) -> Ending {
    match end {
        End::Body(Ok(output)) => output.error().map_or(Ending::Passed, Ending::Failed),
        End::Body(Err(error)) => match error.try_into_panic() {
            Ok(payload) => Ending::Panicked(session.panics().of_body().unwrap_or_else(|| Panic::of(&*payload))),
            Err(error) => Ending::Failed(error.to_string()),
        },
        End::Quiet => Ending::Deadlock,
        End::Busy(why) => Ending::Hang(why, runtime.block_on(async { began.elapsed() })),
    }
}
