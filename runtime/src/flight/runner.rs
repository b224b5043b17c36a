//! The task of a run that has to wait.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context as Task, Poll};

#[cfg(not(taskward_loom))]
use tokio::runtime::Handle;

use super::published::Published;
use super::shared::{Body, Flight, Phase};
use crate::context::call::frame::Frame;
use crate::context::each::resume;
use crate::init::lock::Chain;
use crate::located::Located;
use crate::registry::{self, Owner, Registration, TaskInfo};
use crate::span::Span;
use crate::test_hooks;

/// The task of a run. Ends with the run, or once its last caller has left and no shield in the run
/// holds it.
pub(super) struct Runner<T> {
    /// `None` once the run is over.
    flight: Option<Arc<Flight<T>>>,
    within: Environment,
    info: TaskInfo,
    /// Lists the run for a shutdown once only a shield keeps it alive.
    listed: Option<(Arc<Listed>, Registration)>,
    /// The failure of a run whose task is dropped.
    fails: &'static str,
}

const SHUT_DOWN: &str = "the run of a single flight was dropped: its runtime was shut down";
#[cfg(not(taskward_loom))]
const NO_RUNTIME: &str = "the run of a single flight has to wait, which needs a Tokio runtime";

/// The environment of the call that started the run.
struct Environment {
    span: Span,
    chain: Option<Chain>,
}

impl Environment {
    fn poll<T>(&self, flight: &Flight<T>, body: &mut Body<T>, task: &mut Task<'_>) -> Poll<T> {
        let Body { future, held } = body;
        // This task does not wait for the run's deadline, so calls in the run must.
        let mut poll = || self.span.in_scope(|| flight.poll(Frame::enter_here(), future.as_mut(), held, task));
        let polled = match &self.chain {
            Some(chain) => chain.within(poll),
            None => poll(),
        };
        if polled.is_ready() {
            flight.ctx().abandon();
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

impl<T: Send + Sync + 'static> Runner<T> {
    pub(super) fn new(flight: Arc<Flight<T>>, info: TaskInfo) -> Self {
        let within = Environment { span: Span::current(), chain: Chain::current() };
        Self { flight: Some(flight), within, info, listed: None, fails: SHUT_DOWN }
    }

    /// Spawns the task. The run fails outside of a runtime.
    #[cfg(not(taskward_loom))]
    pub(super) fn spawn(mut self) {
        let info = self.info.clone();
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(test_hooks::tracked(self, || info))),
            Err(_) => self.fails = NO_RUNTIME,
        }
    }

    /// Stores the task, which a model polls itself. Loom's threads share one system thread.
    #[cfg(taskward_loom)]
    pub(super) fn spawn(self) {
        let info = self.info.clone();
        TASKS.with_borrow_mut(|tasks| tasks.push(Box::pin(test_hooks::tracked(self, || info))));
    }
}

impl<T> Runner<T> {
    /// Gives up the run, so that its last caller gets the result without a clone.
    fn end(&mut self, publish: impl FnOnce(Arc<Flight<T>>)) {
        if let Some(flight) = self.flight.take() {
            publish(flight);
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
                (Phase::Parked(body), is_abandoned) => (body, is_abandoned),
                (Phase::Polling, _) => return Poll::Pending,
                (Phase::Over, _) => return Poll::Ready(()),
            };
            if is_abandoned {
                if !body.held.hold(task.waker()) {
                    flight.stop(body);
                    return Poll::Ready(());
                }
                list(&mut this.listed, &this.info);
            }
            let polled = catch_unwind(AssertUnwindSafe(|| this.within.poll(flight, &mut body, task)));
            match polled {
                Ok(Poll::Pending) => {
                    let ended_meanwhile = flight.park(body) && !is_abandoned;
                    if !ended_meanwhile {
                        return Poll::Pending;
                    }
                }
                Ok(Poll::Ready(value)) => {
                    drop(body);
                    this.end(|flight| flight.publish(Published::Value(value)));
                }
                Err(payload) => this.end(|flight| flight.fail(Some(body), payload)),
            }
        }
    }
}

/// Fails the run if the runtime is shut down, so that no caller waits forever.
impl<T> Drop for Runner<T> {
    fn drop(&mut self) {
        let Some(flight) = self.flight.take() else { return };
        if let (Phase::Parked(body), _) = flight.next() {
            let dropped = catch_unwind(AssertUnwindSafe(|| flight.drop_body(Some(body))));
            flight.publish(Published::Failed(self.fails));
            resume(dropped.err());
        }
    }
}

#[cfg(taskward_loom)]
thread_local! {
    pub(super) static TASKS: std::cell::RefCell<Vec<Pin<Box<dyn Future<Output = ()> + Send>>>> =
        const { std::cell::RefCell::new(Vec::new()) };
}
