//! One run of a test's body on a runtime of its own: one thread, virtual time, one queue.

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

use super::output::TestOutput;
use super::panics::{self, Panic};
use super::race::plan::{Plan, Record};
use super::race::polls::Over;
use super::session::Session;
use super::task::Task;
use crate::context::Context;
use crate::registry::TaskInfo;

/// How bodies are run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// The clock stands still while something can run, and jumps to the next timer when nothing can.
    pub(crate) is_virtual: bool,
    /// Sockets, signals and processes can be used.
    pub(crate) has_io: bool,
    /// For what other threads do, before it is called a deadlock that nothing can run.
    pub(crate) grace: Duration,
}

impl Manner {
    /// The clock of a test, and no sockets until somebody wants them.
    pub(crate) const VIRTUAL: Self = Self { is_virtual: true, has_io: false, grace: Duration::from_millis(30) };

    pub(crate) fn real(self) -> Self {
        Self { is_virtual: false, has_io: true, ..self }
    }
}

/// How a run ended.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    Passed,
    /// The body returned an error.
    Failed(String),
    /// The body, or one of its tasks.
    Panicked(Panic),
    /// Nothing can run, and no timer is set.
    Deadlock,
    /// It has not ended, after so much time of its clock.
    Hang(Over, Duration),
    /// No runtime.
    Impossible(String),
}

/// A run that is over.
pub(crate) struct Run {
    pub(crate) ending: Ending,
    /// What was alive at the end.
    pub(crate) alive: Vec<Arc<Task>>,
    /// Tasks of the runtime that the test does not know.
    pub(crate) unknown: usize,
    /// In the order of time.
    pub(crate) panics: Vec<Panic>,
    /// One of them was in a task that the test does not know.
    unseen_panic: Option<Panic>,
}

/// In virtual time. Timers of users go first.
const LONG: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// In real time.
const QUIET: Duration = Duration::from_secs(3);
/// For blocking tasks that are left behind.
const SHUTDOWN: Duration = Duration::from_millis(500);

/// Runs `body` once under `plan`.
pub(crate) fn run<F>(body: impl FnOnce(Context) -> F, info: TaskInfo, plan: &Arc<Plan>, manner: Manner) -> Run
where
    F: Future<Output: TestOutput> + 'static,
{
    let runtime = match runtime(manner) {
        Ok(runtime) => runtime,
        Err(error) => return Run::without(Ending::Impossible(error.to_string())),
    };
    let session = Session::new(Some(plan.clone()));
    let on_runtime = session.on(runtime.handle().id());
    let (ctx, canceller) = Context::background().with_cancel();
    let kept = panics::keep();
    let began = runtime.block_on(async { Instant::now() });
    // The body may panic before there is a future.
    let body = catch_unwind(AssertUnwindSafe(|| session.track(body(ctx), info)));
    let ending = match body {
        Ok(body) => {
            let mut task = runtime.spawn_local(body);
            let end = runtime.block_on(end(&mut task, plan, manner));
            ending(end, &kept, began, &runtime)
        }
        Err(payload) => Ending::Panicked(kept.last().unwrap_or_else(|| Panic::of(&*payload))),
    };
    let alive = session.alive();
    let unknown = runtime.handle().metrics().num_alive_tasks().saturating_sub(alive.len());
    // Before tasks that have not ended are dropped: they may panic then, and nobody promised that they would not.
    let unseen_panic = kept.unseen();
    canceller.disarm();
    runtime.shutdown_timeout(SHUTDOWN);
    drop(on_runtime);
    Run { ending, alive, unknown, panics: kept.all(), unseen_panic }
}

impl Run {
    fn without(ending: Ending) -> Self {
        Self { ending, alive: Vec::new(), unknown: 0, panics: Vec::new(), unseen_panic: None }
    }

    /// How it has failed, if it has. A panic in any task is a failure, unless that is allowed.
    pub(crate) fn failure(&self, record: &Record, allows_panics: bool) -> Option<Ending> {
        match &self.ending {
            Ending::Passed if allows_panics => None,
            Ending::Passed if !record.panicked.is_empty() => {
                Some(Ending::Panicked(self.panics.last().cloned().unwrap_or_else(Panic::unknown)))
            }
            Ending::Passed => self.unseen_panic.clone().map(Ending::Panicked),
            ending => Some(ending.clone()),
        }
    }
}

fn runtime(manner: Manner) -> io::Result<LocalRuntime> {
    let mut builder = Builder::new_current_thread();
    // Fixed, so that the order of polls is always the same.
    builder.event_interval(61).global_queue_interval(31).start_paused(manner.is_virtual).enable_time();
    if manner.has_io {
        builder.enable_all();
    }
    builder.build_local(LocalOptions::default())
}

enum End<R> {
    Body(Result<R, tokio::task::JoinError>),
    /// Nothing has run for long.
    Quiet,
    Busy(Over),
}

/// Waits until the body has ended, or never will.
async fn end<R>(body: &mut JoinHandle<R>, plan: &Plan, manner: Manner) -> End<R> {
    let mut body = pin!(body);
    let mut polled = |cx: &mut Cx<'_>| match body.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(End::Body(result)),
        Poll::Pending => plan.is_over(cx.waker()).map_or(Poll::Pending, |why| Poll::Ready(End::Busy(why))),
    };
    loop {
        let polls = plan.polls();
        let wait = if manner.is_virtual { LONG } else { QUIET };
        if let Some(end) = first(&mut polled, sleep(wait)).await {
            return end;
        }
        // What was polled in the meantime may have set timers.
        if plan.polls() == polls {
            let grace = spawn_blocking(move || thread::sleep(manner.grace));
            if let Some(end) = first(&mut polled, async { drop(grace.await) }).await {
                return end;
            }
            if plan.polls() == polls {
                return End::Quiet;
            }
        }
    }
}

/// What `polled` yields, or `None` if `other` ends before it.
async fn first<T>(polled: &mut impl FnMut(&mut Cx<'_>) -> Poll<T>, other: impl Future<Output = ()>) -> Option<T> {
    let mut other = pin!(other);
    poll_fn(|cx| match polled(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => other.as_mut().poll(cx).map(|()| None),
    })
    .await
}

fn ending<R: TestOutput>(end: End<R>, kept: &panics::Keeping, began: Instant, runtime: &LocalRuntime) -> Ending {
    match end {
        End::Body(Ok(output)) => output.error().map_or(Ending::Passed, Ending::Failed),
        End::Body(Err(error)) => match error.try_into_panic() {
            Ok(payload) => Ending::Panicked(kept.last().unwrap_or_else(|| Panic::of(&*payload))),
            Err(error) => Ending::Failed(error.to_string()),
        },
        End::Quiet => Ending::Deadlock,
        End::Busy(why) => Ending::Hang(why, runtime.block_on(async { began.elapsed() })),
    }
}
