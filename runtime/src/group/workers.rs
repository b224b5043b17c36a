//! The workers of a pool: tasks and threads of a group. The pool stores their results itself.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use tokio::runtime::Handle;

use super::job::Job;
use super::ledger::Running;
use super::report::Report;
use super::slot::Slot;
use super::spawner::{bind, start};
use super::task_group::TaskGroup;
use crate::context::call::scope;
use crate::context::{Context, OwnContext};
use crate::registry::TaskInfo;
use crate::span::Span;
use crate::test_hooks;

/// Workers that stop when this value is dropped.
pub(crate) struct Workers {
    group: TaskGroup<()>,
    /// Boxed, because only the end of a run waits.
    idle: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Workers {
    pub(crate) fn new(ctx: &Context) -> Self {
        Self { group: TaskGroup::new(ctx), idle: None }
    }

    /// Returns the parent of the workers' contexts. Ends when a worker panics.
    pub(crate) fn ctx(&self) -> &Context {
        self.group.ctx()
    }

    /// Starts a worker that is a task.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub(crate) fn spawn<F>(&self, info: TaskInfo, worker: impl FnOnce(Context) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        bind(&self.group.shared);
        let ctx = self.ctx().own_child();
        let running = Running::new(info, &ctx, self.group.shared.gauges.count_task());
        let job = Job::new(ctx, running.located(), worker);
        let (slot, index) = self.enter(running);
        start(&self.group.shared, slot, index, job);
    }

    /// Starts a worker that is a thread of the blocking pool.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub(crate) fn spawn_blocking<W>(&self, info: TaskInfo, worker: impl FnOnce(Context) -> W)
    where
        W: FnOnce() + Send + 'static,
    {
        bind(&self.group.shared);
        let ctx = self.ctx().own_child();
        let running = Running::new(info, &ctx, self.group.shared.gauges.count_task()).on_thread();
        let work = worker(Context::clone(&ctx));
        let (slot, _) = self.enter(running);
        let thread = Thread { work, ctx, slot };
        let span = Span::current();
        let runtime = self.group.shared.runtime.get().map(|runtime| runtime.handle.clone());
        drop(runtime.unwrap_or_else(Handle::current).spawn_blocking(move || span.in_scope(|| thread.run())));
    }

    fn enter(&self, running: Running) -> (Slot<()>, usize) {
        let mut ledger = self.group.shared.ledger_to_spawn();
        let index = ledger.next_index();
        let mut slot = Slot::take(&self.group.shared, &mut ledger);
        slot.begin(&mut ledger, index, running);
        (slot, index)
    }

    /// Waits until every worker has stopped. No worker may be started from the first call on.
    pub(crate) fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<()> {
        let idle = self.idle.get_or_insert_with(|| {
            let shared = self.group.shared.clone();
            Box::pin(async move { shared.idle().await })
        });
        idle.as_mut().poll(task)
    }

    /// Takes the first panic of a worker, to be resumed in the caller.
    pub(crate) fn take_panic(&self) -> Option<Box<dyn Any + Send>> {
        let payload = self.group.shared.ledger().outcomes.take_panic()?;
        test_hooks::panic_received(&*payload);
        Some(payload)
    }
}

/// A worker on a thread. The fields are dropped in order: the user's closure, its context, the
/// slot in the group.
struct Thread<W> {
    work: W,
    ctx: OwnContext,
    slot: Slot<()>,
}

impl<W: FnOnce()> Thread<W> {
    fn run(self) {
        let Self { work, ctx, mut slot } = self;
        // The context ends inside, because its hooks may panic, too.
        let work = || {
            let ctx = ctx;
            scope::with_context(&ctx, work);
        };
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(()) => drop(slot.finish(Report::Output(()), None)),
            Err(payload) => drop(slot.panicked(payload)),
        }
    }
}
