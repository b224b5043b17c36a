//! The task of a run that has to wait.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context as Task, Poll};

#[cfg(not(taskward_loom))]
use tokio::runtime::Handle;

use super::active_runs::ActiveRun;
use super::published::Published;
use super::scratch::RunId;
use super::shared::{Body, Flight, Next};
use crate::context::Context;
use crate::context::call::frame::Frame;
use crate::context::call::scope::poll_with;
use crate::context::each::resume;
use crate::context::protect::held::{self, HeldShields};
use crate::init::lock::Chain;
use crate::located::Located;
use crate::payload::Payload;
use crate::registry::{self, Owner, Registration, TaskInfo};
use crate::span::Span;
use crate::test_hooks;

/// Polls a run for its first caller, and records the shields in it.
#[inline]
pub(super) fn poll_first<F: Future>(
    run: RunId,
    ctx: &Context,
    future: Pin<&mut F>,
    task: &mut Task<'_>,
) -> Result<F::Output, HeldShields> {
    let _active = ActiveRun::enter(run);
    let frame = Frame::enter(task.waker());
    let polled = poll_with(ctx, future, task);
    match polled {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => {
            let mut held = HeldShields::default();
            held::suspend_apart(frame, &mut held);
            Err(held)
        }
    }
}

/// Polls a run in its own task.
fn poll_again<T>(run: RunId, ctx: &Context, body: &mut Body<T>, task: &mut Task<'_>) -> Poll<T> {
    let _active = ActiveRun::enter(run);
    // This task does not wait for the run's deadline, so calls in the run must.
    let frame = Frame::enter_here();
    let polled = poll_with(ctx, body.future.as_mut(), task);
    if polled.is_pending() {
        held::suspend_apart(frame, &mut body.held);
    }
    polled
}

/// The task of a run. Ends with the run, or once its last caller has left and no shield in the run
/// holds it.
pub(super) struct Runner<T> {
    /// `None` once the run is over.
    flight: Option<Arc<Flight<T>>>,
    within: Environment,
    info: TaskInfo,
    /// Lists the run for a shutdown once only a shield keeps it alive.
    listed: Option<(Arc<Listed>, Registration)>,
}

/// The environment of the call that started the run.
struct Environment {
    span: Span,
    chain: Option<Chain>,
}

impl Environment {
    fn poll<T>(&self, flight: &Flight<T>, body: &mut Body<T>, task: &mut Task<'_>) -> Poll<T> {
        let Some(ctx) = flight.ctx() else { unreachable!("a run that waits has a context") };
        let mut poll = || self.span.in_scope(|| poll_again(flight.run, ctx, body, task));
        let polled = match &self.chain {
            Some(chain) => chain.within(poll),
            None => poll(),
        };
        if polled.is_ready() {
            ctx.abandon();
        }
        polled
    }
}

struct Listed(TaskInfo);

impl Owner for Listed {
    fn list(&self, tasks: &mut Vec<registry::Listed>) {
        let (info, located) = (self.0.clone(), Located::default());
        tasks.push(registry::Listed { info, node: None, located, is_thread: false });
    }

    fn is_alive(&self) -> bool {
        true
    }
}

impl<T> Runner<T> {
    pub(super) fn new(flight: Arc<Flight<T>>, info: TaskInfo) -> Self {
        let within = Environment { span: Span::current(), chain: Chain::current() };
        Self { flight: Some(flight), within, info, listed: None }
    }

    pub(super) fn info(&self) -> TaskInfo {
        self.info.clone()
    }

    /// Ends the run. Releases it first, so that a sole caller gets the result without a clone.
    fn publish(&mut self, result: Published<T>) {
        if let Some(flight) = self.flight.take() {
            flight.publish(result);
        }
    }
}

/// Lists the task for the report of a shutdown.
fn list(listed: &mut Option<(Arc<Listed>, Registration)>, info: &TaskInfo) {
    listed.get_or_insert_with(|| {
        let task = Arc::new(Listed(info.clone()));
        let owner: Weak<dyn Owner> = Arc::<Listed>::downgrade(&task);
        (task, Registration::new(owner))
    });
}

impl<T> Unpin for Runner<T> {}

impl<T> Future for Runner<T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            let Some(flight) = &this.flight else { return Poll::Ready(()) };
            flight.runner.register(task.waker());
            let (mut body, is_abandoned) = match flight.next() {
                Next::Poll { body, is_abandoned } => (body, is_abandoned),
                Next::Wait => return Poll::Pending,
                Next::Stop => return Poll::Ready(()),
            };
            if is_abandoned {
                if !body.held.hold(task.waker()) {
                    flight.stop(body);
                    return Poll::Ready(());
                }
                list(&mut this.listed, &this.info);
            }
            match catch_unwind(AssertUnwindSafe(|| this.within.poll(flight, &mut body, task))) {
                Ok(Poll::Pending) => {
                    let ended_meanwhile = flight.park(body) && !is_abandoned;
                    if !ended_meanwhile {
                        return Poll::Pending;
                    }
                }
                Ok(Poll::Ready(value)) => {
                    drop(body);
                    this.publish(Published::Value(value));
                    return Poll::Ready(());
                }
                Err(payload) => {
                    // One panic is enough to report.
                    let dropped = catch_unwind(AssertUnwindSafe(|| flight.drop_body(body)));
                    drop(dropped.map_err(Payload::new));
                    this.publish(Published::panicked(payload));
                    return Poll::Ready(());
                }
            }
        }
    }
}

/// Fails the run if the runtime is shut down, so that no caller waits forever.
impl<T> Drop for Runner<T> {
    fn drop(&mut self) {
        let Some(flight) = self.flight.take() else { return };
        if let Next::Poll { body, .. } = flight.next() {
            let dropped = catch_unwind(AssertUnwindSafe(|| flight.drop_body(body)));
            flight.publish(Published::Failed("the run of a single flight was dropped: its runtime was shut down"));
            resume(dropped.err());
        }
    }
}

/// Spawns the task of a run.
#[cfg(not(taskward_loom))]
pub(super) struct TaskSpawner(Handle);

#[cfg(not(taskward_loom))]
impl TaskSpawner {
    /// Returns a spawner for the current runtime.
    pub(super) fn current() -> Option<Self> {
        Handle::try_current().ok().map(Self)
    }

    pub(super) fn spawn<T: Send + Sync + 'static>(self, runner: Runner<T>) {
        let info = runner.info();
        drop(self.0.spawn(test_hooks::tracked(runner, || info)));
    }
}

/// Stores the task, which a model polls itself. Loom's threads share one system thread.
#[cfg(taskward_loom)]
pub(super) struct TaskSpawner;

#[cfg(taskward_loom)]
thread_local! {
    pub(super) static TASKS: std::cell::RefCell<Vec<Pin<Box<dyn Future<Output = ()> + Send>>>> =
        const { std::cell::RefCell::new(Vec::new()) };
}

#[cfg(taskward_loom)]
impl TaskSpawner {
    pub(super) fn current() -> Option<Self> {
        Some(Self)
    }

    pub(super) fn spawn<T: Send + Sync + 'static>(self, runner: Runner<T>) {
        let info = runner.info();
        TASKS.with_borrow_mut(|tasks| tasks.push(Box::pin(test_hooks::tracked(runner, || info))));
    }
}
