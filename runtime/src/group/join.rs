//! Waiting until the tasks of a group have stopped: signal, wait, escalate.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use super::TaskGroup;
use super::outcomes::Outcomes;
use super::shared::Shared;
use crate::context::WaitForCancel;
use crate::context::announce::Active;
use crate::pool::TaskOutput;
use crate::test_hooks;

/// What tasks that can see the end may still take, unless [`TaskGroup::grace`] says otherwise.
const GRACE: Duration = Duration::from_secs(5);

impl<R: TaskOutput> TaskGroup<R> {
    /// Waits for all tasks, and resumes the panic of one.
    pub(super) async fn settle(&self) -> Outcomes<R> {
        let shared = &*self.shared;
        let phase = Phase::Alive(shared.ctx.cancelled());
        let mut outcomes = Stopped { shared, grace: self.grace, phase, active: None }.await;
        if let Some(payload) = outcomes.take_panic() {
            test_hooks::panic_received(&*payload);
            resume_unwind(payload);
        }
        outcomes
    }
}

struct Stopped<'a, R: TaskOutput> {
    shared: &'a Shared<R>,
    grace: Option<Duration>,
    phase: Phase<'a>,
    /// There if the tasks were given a grace: the calls around must not drop this while it lasts.
    active: Option<Arc<Active>>,
}

enum Phase<'a> {
    Alive(WaitForCancel<'a>),
    /// The group has ended; what still runs may take until then.
    Ending(Option<Pin<Box<Sleep>>>),
    Aborted,
}

impl<R: TaskOutput> Future for Stopped<'_, R> {
    type Output = Outcomes<R>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let shared = self.shared;
        if let Phase::Alive(cancelled) = &mut self.phase
            && Pin::new(cancelled).poll(task).is_ready()
        {
            self.phase = Phase::Ending(None);
        }
        if let Some(outcomes) = shared.poll_stopped(task.waker()) {
            return Poll::Ready(outcomes);
        }
        let grace = self.grace.unwrap_or(GRACE);
        if let Phase::Ending(timer) = &mut self.phase {
            let has_passed =
                grace.is_zero() || timer.get_or_insert_with(|| Box::pin(sleep(grace))).as_mut().poll(task).is_ready();
            if has_passed {
                shared.abort_all();
                self.phase = Phase::Aborted;
            }
        }
        if self.grace.is_some_and(|grace| !grace.is_zero()) {
            self.active.get_or_insert_with(|| Active::after(shared.ctx.clone())).announce();
        }
        Poll::Pending
    }
}
