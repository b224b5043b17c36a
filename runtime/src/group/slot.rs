//! The slot of a Tokio task in its group, which reports the results of its jobs.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;
use std::thread;

use super::cause::{EndReason, TaskEnded};
use super::job::{BoxedBody, Job};
use super::ledger::{Ledger, Queued, Running};
use super::locked::LockedLedger;
use super::report::{Exception, Report};
use super::shared::Shared;
use crate::context::each::{each, resume};
use crate::error::ContextError;
use crate::payload::Payload;
use crate::registry::{self, TaskInfo};
use crate::task_output::PoolOutput;
use crate::test_hooks;

/// A slot in the group. Dropping it leaves the group, however the task ended.
pub(super) struct Slot<R: PoolOutput> {
    pub(super) shared: Arc<Shared<R>>,
    is_taken: bool,
    /// The index of the current job, until its end has been reported.
    job: Option<usize>,
}

impl<R: PoolOutput> Slot<R> {
    /// Takes a slot without a job.
    pub(super) fn take(shared: &Arc<Shared<R>>, ledger: &mut Ledger<R>) -> Self {
        ledger.slots += 1;
        Self { shared: shared.clone(), is_taken: true, job: None }
    }

    pub(super) fn begin(&mut self, ledger: &mut Ledger<R>, index: usize, running: Running) {
        ledger.running.insert(index, running);
        self.job = Some(index);
    }

    /// Reports that the job, which may have a grace, has been dropped after its end.
    #[cold]
    pub(super) fn cut(&self) {
        if self.shared.grace().is_none() {
            return;
        }
        let Some(runtime) = self.shared.runtime.get() else { return };
        let task = self.job.and_then(|index| {
            let ledger = self.shared.ledger();
            ledger.running.get(index).map(|running| running.info.clone())
        });
        if let Some(task) = task {
            registry::cut(runtime.handle.id(), task);
        }
    }

    /// Stores the waker of the job, which waits, for the end of its context. If that has come in
    /// the meantime, wakes the job and returns true.
    pub(super) fn wait(&self, waker: &Waker) -> bool {
        let Some(index) = self.job else { return false };
        let own = waker.clone();
        let mut ledger = self.shared.ledger();
        let Some(running) = ledger.running.get_mut(index) else { return false };
        let old = running.waker.replace(own);
        let is_aborted = running.is_aborted;
        drop(ledger);
        drop(old);
        let has_ended = is_aborted || self.shared.ctx.has_ended();
        if has_ended {
            waker.wake_by_ref();
        }
        has_ended
    }

    /// Leaves without a job, without checking the queue.
    pub(super) fn give_back(mut self) {
        self.is_taken = false;
        self.shared.ledger().slots -= 1;
    }

    /// Reports the end of the job. Then returns the next job of the queue, or leaves. `memory` keeps
    /// the memory of the Tokio task.
    pub(super) fn finish(&mut self, report: Report<R>, memory: Option<&Waker>) -> Option<Job<BoxedBody<R>>> {
        let how = match report {
            Report::Output(output) => return self.succeed(output, memory),
            Report::Exception(how) => how,
            Report::Interrupted(_) if self.shared.ctx.has_ended() => Exception::Interrupted,
            Report::Interrupted(why) => Exception::Alone(why),
        };
        self.except(how);
        self.advance(None)
    }

    fn succeed(&mut self, output: R::Output, memory: Option<&Waker>) -> Option<Job<BoxedBody<R>>> {
        let Some(index) = self.job else { return self.advance(None) };
        match self.shared.leave_finished(index, output, memory) {
            Ok(()) => {
                (self.job, self.is_taken) = (None, false);
                None
            }
            Err(output) => self.advance(Some(output)),
        }
    }

    /// Reports a panic of the job.
    #[cold]
    pub(super) fn panicked(&mut self, payload: Box<dyn Any + Send>) -> Option<Job<BoxedBody<R>>> {
        let how = EndReason::panicked(&*payload);
        let mut ledger = self.shared.ledger();
        let running = self.job.and_then(|index| ledger.running.remove(index));
        if ledger.policy.isolate_panics
            && let Some(running) = running
        {
            drop(ledger);
            let task = running.into_info();
            // The result of the task reports the panic.
            test_hooks::panic_held(&*payload);
            test_hooks::panic_received(&*payload);
            drop(Payload::new(payload));
            report_panic(&task, &how);
            let why = ContextError::cancelled_with(TaskEnded { task, how }.into());
            return self.finish(Report::Exception(Exception::Alone(why)), None);
        }
        let rest = ledger.outcomes.panicked(payload);
        (self.job, ledger.ended) = (None, true);
        let is_awaited = ledger.take_change(true);
        drop(ledger);
        drop(rest);
        let task = running.map(Running::into_info);
        self.shared.notify(is_awaited);
        if let Some(task) = task {
            self.shared.end(TaskEnded { task, how });
        }
        None
    }

    #[cold]
    fn except(&mut self, how: Exception<R::Residual>) {
        let Some(index) = self.job.take() else { return };
        let mut ledger = self.shared.ledger();
        let running = ledger.running.remove(index);
        let stops = matches!(how, Exception::Failed(_)) && !ledger.policy.keep_going;
        let ends = stops && !mem::replace(&mut ledger.ended, true);
        let rest = ledger.outcomes.excepted(index, how);
        let is_awaited = ledger.take_change(true);
        drop(ledger);
        drop(rest);
        let task = running.map(Running::into_info);
        self.shared.notify(is_awaited);
        if let (true, Some(task)) = (ends, task) {
            self.shared.end(TaskEnded { task, how: EndReason::Failed });
        }
    }

    /// Stores an output. Then returns the next job of the queue, or leaves.
    fn advance(&mut self, output: Option<R::Output>) -> Option<Job<BoxedBody<R>>> {
        let mut ledger = self.shared.ledger();
        let mut done = None;
        if let (Some(output), Some(index)) = (output, self.job.take()) {
            done = ledger.running.remove(index);
            ledger.outcomes.succeeded(index, output);
            if ledger.policy.race && !mem::replace(&mut ledger.ended, true) {
                drop(ledger);
                self.shared.end("another task was first");
                ledger = self.shared.ledger();
            }
        }
        let next = if ledger.slots <= ledger.limit { ledger.queue.pop() } else { None };
        let Some(Queued { index, running, job, waker, waiting }) = next else {
            leave(&mut self.is_taken, None, done, &self.shared, ledger);
            return None;
        };
        ledger.running.insert(index, running);
        self.job = Some(index);
        let is_awaited = ledger.take_change(true);
        drop(ledger);
        drop((done, waiting));
        self.shared.notify(is_awaited);
        waker.into_iter().for_each(Waker::wake);
        Some(job)
    }
}

impl<R: PoolOutput> Drop for Slot<R> {
    fn drop(&mut self) {
        if self.is_taken {
            let mut ledger = self.shared.ledger();
            if self.job.is_some() && thread::panicking() {
                // Tokio gets the payload, and nothing reads it there.
                drop(ledger.outcomes.panicked(Box::new("a task panicked while it was dropped")));
            }
            leave(&mut self.is_taken, self.job.take(), None, &self.shared, ledger);
        }
    }
}

/// Leaves the slot. Counts a job dropped before its end as interrupted. `done` is the entry of a
/// finished job.
fn leave<'s, R: PoolOutput>(
    is_taken: &mut bool,
    job: Option<usize>,
    done: Option<Running>,
    shared: &'s Arc<Shared<R>>,
    mut ledger: LockedLedger<'s, R>,
) {
    // No task would be left to run the queue: the group or its runtime has ended.
    while ledger.slots == 1 && !ledger.queue.is_empty() {
        drop(ledger);
        close(shared);
        ledger = shared.ledger();
    }
    if !mem::replace(is_taken, false) {
        return;
    }
    ledger.slots -= 1;
    let running = job.and_then(|index| {
        ledger.outcomes.interrupted(index);
        ledger.running.remove(index)
    });
    let is_awaited = ledger.take_change(true);
    drop(ledger);
    drop((done, running));
    shared.notify(is_awaited);
}

/// Wakes the running tasks at the end of the group, and drops its queue.
pub(super) fn end<R: PoolOutput>(shared: &Arc<Shared<R>>) {
    let wakers = shared.ledger().running.take_wakers();
    let panic = each(wakers, Waker::wake);
    close(shared);
    resume(panic);
}

/// Drops the queue, so that nothing in it starts. Later spawns are refused because the context has
/// ended.
pub(super) fn close<R: PoolOutput>(shared: &Arc<Shared<R>>) {
    let mut ledger = shared.ledger();
    let queue = ledger.queue.refuse_all();
    if queue.is_empty() {
        return;
    }
    for queued in &queue {
        ledger.outcomes.interrupted(queued.index);
    }
    // Keeps joining callers waiting until all of it has been dropped.
    let mut slot = Slot::take(shared, &mut ledger);
    let is_awaited = ledger.take_change(true);
    drop(ledger);
    shared.notify(is_awaited);
    for Queued { running, job, waker, .. } in queue {
        let dropped = catch_unwind(AssertUnwindSafe(|| drop((job, running))));
        let woken = catch_unwind(AssertUnwindSafe(|| waker.into_iter().for_each(Waker::wake)));
        for payload in [dropped, woken].into_iter().filter_map(Result::err) {
            slot.panicked(payload);
        }
    }
}

/// Emits an event; the panic hook has printed the message.
#[cfg(feature = "tracing")]
fn report_panic(task: &TaskInfo, how: &EndReason) {
    if let EndReason::Panicked(message) = how {
        tracing::error!(%task, panic = %message, "a task panicked");
    }
}

/// Does nothing; the panic hook has printed the message.
#[cfg(not(feature = "tracing"))]
fn report_panic(_: &TaskInfo, _: &EndReason) {}
