//! The end of a job in its slot.

use std::any::Any;
use std::mem;
use std::task::Waker;

use super::cause::{EndReason, TaskEnded};
use super::job::{BoxedBody, Job};
use super::ledger::{Queued, Running};
use super::report::{Exception, Report};
use super::slot::{Slot, leave};
use crate::error::ContextError;
use crate::payload::Payload;
use crate::registry::TaskInfo;
use crate::task_output::PoolOutput;
use crate::test_hooks;

impl<R: PoolOutput> Slot<R> {
    /// Reports the end of the job. Then returns the next job of the queue, or leaves.
    ///
    /// `memory` keeps the memory of the Tokio task.
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
