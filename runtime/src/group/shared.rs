//! The state shared by the owner of a group, its handles and its tasks.
//!
//! # Invariants
//!
//! 1. A Tokio task of the group has a [`Slot`](super::slot::Slot) from before it is spawned until
//!    its very end; so does a thread that drops a queue. So "no slots" means that everything has
//!    stopped. The slot of a task that has succeeded is free once the task is recorded, and a batch
//!    of such tasks never waits longer than a caller does.
//! 2. While tasks are queued there is a slot: a task that leaves first takes over a queued job,
//!    and an ended group queues nothing.
//! 3. No user code runs under the lock: no waker is cloned, woken or dropped there, and no hook,
//!    destructor or `From` runs.

use std::borrow::Cow;
use std::error::Error;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::gauges::Gauges;
use super::ledger::{FinishedTasks, Ledger, Policy, Running};
use crate::context::{CancelHook, Canceller, Context};
use crate::error::ContextError;
use crate::registry::{Listed, Owner, Registration, TaskInfo};
use crate::sync::Mutex;
use crate::task_output::PoolOutput;

pub(super) struct Shared<R: PoolOutput> {
    /// The parent of the tasks' contexts.
    pub(super) ctx: Context,
    canceller: Canceller,
    pub(super) runtime: OnceLock<RuntimeBinding>,
    name: OnceLock<Arc<str>>,
    pub(super) gauges: Gauges,
    /// In nanoseconds; zero for none.
    grace: AtomicU64,
    /// The last task had to queue.
    is_full: AtomicBool,
    /// Tasks that succeed leave themselves to a batch. Only a hint, which needs no lock.
    batches: AtomicBool,
    pub(super) ledger: Mutex<Ledger<R>>,
    pub(super) finished: Mutex<FinishedTasks<R>>,
    /// Notified of the changes that [`Awaited`](super::ledger::Awaited) names.
    pub(super) changed: Notify,
}

/// Set at a group's first spawn.
pub(super) struct RuntimeBinding {
    /// The runtime on which the tasks run.
    pub(super) handle: Handle,
    pub(super) _registration: Registration,
    /// Wakes the tasks and empties the queue when the group's context ends.
    pub(super) _hook: CancelHook,
}

impl<R: PoolOutput> Shared<R> {
    pub(super) fn new(ctx: &Context) -> Self {
        let (ctx, canceller) = ctx.with_cancel();
        Self {
            ctx,
            canceller,
            runtime: OnceLock::new(),
            name: OnceLock::new(),
            gauges: Gauges::default(),
            grace: AtomicU64::new(0),
            is_full: AtomicBool::new(false),
            batches: AtomicBool::new(false),
            ledger: Mutex::new(Ledger::new()),
            finished: Mutex::new(FinishedTasks::new()),
            changed: Notify::new(),
        }
    }

    pub(super) fn set_name(&self, name: Arc<str>) {
        _ = self.name.set(name);
    }

    /// Describes a task spawned now.
    pub(super) fn task_info(&self, name: Option<Cow<'static, str>>, place: &'static Location<'static>) -> TaskInfo {
        TaskInfo::in_group(name, self.name.get().cloned(), place)
    }

    pub(super) fn set_grace(&self, grace: Duration) {
        self.grace.store(u64::try_from(grace.as_nanos()).unwrap_or(u64::MAX), Relaxed);
    }

    pub(super) fn grace(&self) -> Option<Duration> {
        match self.grace.load(Relaxed) {
            0 => None,
            u64::MAX => Some(Duration::MAX),
            nanos => Some(Duration::from_nanos(nanos)),
        }
    }

    /// Returns whether the last task had to queue.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Relaxed)
    }

    /// Writes only on a change, because threads that spawn and that finish tasks share the memory.
    #[inline]
    pub(super) fn note_full(&self, is_full: bool) {
        if self.is_full() != is_full {
            self.is_full.store(is_full, Relaxed);
        }
    }

    #[inline]
    pub(super) fn batches(&self) -> bool {
        self.batches.load(Relaxed)
    }

    pub(super) fn note_batches(&self, batches: bool) {
        self.batches.store(batches, Relaxed);
    }

    pub(super) fn set_policy(&self, set: impl FnOnce(&mut Policy)) {
        set(&mut self.ledger().policy);
    }

    /// Makes the first success stop the other tasks from now on.
    pub(super) fn race(&self) {
        let mut ledger = self.ledger();
        (ledger.policy.keep_going, ledger.policy.race) = (true, true);
        let is_won = ledger.outcomes.any_succeeded() && !std::mem::replace(&mut ledger.ended, true);
        drop(ledger);
        if is_won {
            self.end("another task was first");
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ledger().len()
    }

    pub(super) fn tasks(&self) -> Vec<TaskInfo> {
        self.ledger().running.describe(|running| running.info.clone())
    }

    /// Returns the reason for the interruption of tasks. Must be called only if some were
    /// interrupted.
    pub(super) fn why(&self) -> ContextError {
        self.ctx.check().err().unwrap_or_else(|| {
            let spawned = self.ledger().spawned;
            let why =
                if spawned == 0 { "no task was spawned in the group" } else { "the tasks' runtime was shut down" };
            ContextError::cancelled_with(why.into())
        })
    }

    /// Ends the group on behalf of its owner.
    pub(super) fn cancel(&self) {
        self.canceller.cancel();
    }

    /// Like `cancel`, with a cause.
    pub(super) fn cancel_with(&self, why: impl Into<Box<dyn Error + Send + Sync>>) {
        self.canceller.cancel_with(why);
    }

    /// Ends the group on behalf of a task. A panic of a hook resumes in the caller that joins.
    #[cold]
    pub(super) fn end(&self, why: impl Into<Box<dyn Error + Send + Sync>>) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| self.canceller.cancel_with(why))) {
            let rest = self.ledger().outcomes.panicked(payload);
            drop(rest);
        }
    }

    /// Wakes the callers that wait for a change that has happened.
    pub(super) fn notify(&self, is_awaited: bool) {
        if is_awaited {
            self.changed.notify_waiters();
        }
    }

    /// Waits until `look` returns a value. `look` records in the ledger the changes to wait for,
    /// and may be called any number of times.
    pub(super) async fn wait_for<T>(&self, mut look: impl FnMut(&mut Ledger<R>) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            if let Some(found) = look(&mut self.ledger()) {
                return found;
            }
            changed.await;
        }
    }

    /// Waits until every task has stopped.
    pub(super) async fn idle(&self) {
        self.wait_for(|ledger| {
            ledger.awaited.idle = true;
            ledger.is_idle().then_some(())
        })
        .await;
    }
}

impl<R: PoolOutput<Output: Send, Residual: Send> + Send> Owner for Shared<R> {
    fn list(&self, tasks: &mut Vec<Listed>) {
        let listed = self.ledger().running.describe(Running::listed);
        tasks.extend(listed);
    }

    fn is_alive(&self) -> bool {
        self.ledger().running.len() > 0
    }
}
