//! Workers that are tasks or threads.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};

use tokio::task::JoinSet;

use super::future::WorkerFuture;
use super::set::{AddWorker, Panic, WorkerSet};
use crate::context::call::scope;
use crate::located::Located;
use crate::pool::live_workers::{LiveGuard, LiveWorkers};
use crate::pool::output::Policy;
use crate::pool::setup::Setup;
use crate::pool::worker::Worker;
use crate::span::Span;
use crate::test_hooks;

/// Workers that are tasks or threads, all of them added before the run begins.
pub struct Tasks {
    set: JoinSet<()>,
    setup: Setup,
    live: Option<Arc<LiveWorkers>>,
    is_lost: bool,
}

impl Tasks {
    pub(crate) fn new(setup: Setup) -> Self {
        Self { set: JoinSet::new(), setup, live: None, is_lost: false }
    }

    fn list<T, R, P: Policy<R>>(&mut self, worker: &mut Worker<T, R, P>, are_threads: bool) -> Located {
        let live = self.live.get_or_insert_with(|| LiveWorkers::new(self.setup, are_threads));
        let (alive, located) = LiveGuard::new(live);
        worker.set_alive(alive);
        located
    }

    /// Starts a task.
    pub(crate) fn spawn<T, R, P: Policy<R>, W: Future<Output = ()> + Send + 'static>(
        &mut self,
        mut worker: Worker<T, R, P>,
        start: impl FnOnce(Worker<T, R, P>) -> W,
    ) {
        let located = self.list(&mut worker, false);
        self.set.spawn(test_hooks::tracked(WorkerFuture::new(worker, located, start), || self.setup.info()));
    }

    /// Starts a thread of the blocking pool.
    pub(crate) fn spawn_blocking<T, R, P: Policy<R>, W: FnOnce() + Send + 'static>(
        &mut self,
        mut worker: Worker<T, R, P>,
        start: impl FnOnce(Worker<T, R, P>) -> W,
    ) {
        _ = self.list(&mut worker, true);
        let ctx = worker.ctx().clone();
        let work = start(worker);
        let span = Span::current();
        self.set.spawn_blocking(move || span.in_scope(|| scope::with_context(&ctx, work)));
    }
}

impl WorkerSet for Tasks {
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>> {
        let stopped = ready!(self.set.poll_join_next(task));
        Poll::Ready(stopped.map(|stopped| {
            stopped.or_else(|error| {
                test_hooks::joined(&error);
                let panic = error.try_into_panic().ok();
                self.is_lost |= panic.is_none();
                panic.map_or(Ok(()), Err)
            })
        }))
    }

    fn is_lost(&self) -> bool {
        self.is_lost
    }

    fn dismiss(&mut self) {}
}

impl<D> AddWorker<D> for Tasks {
    fn add_worker(&mut self, _: D) {}
}

/// Workers that are tasks or threads, started on demand.
pub(crate) struct LazyTasks<D> {
    tasks: Tasks,
    start: Start<D>,
}

type Start<D> = Box<dyn FnMut(&mut Tasks, D) + Send>;

impl<D> LazyTasks<D> {
    pub(crate) fn new(setup: Setup, start: impl FnMut(&mut Tasks, D) + Send + 'static) -> Self {
        Self { tasks: Tasks::new(setup), start: Box::new(start) }
    }
}

impl<D> AddWorker<D> for LazyTasks<D> {
    fn add_worker(&mut self, worker: D) {
        (self.start)(&mut self.tasks, worker);
    }
}

impl<D> WorkerSet for LazyTasks<D> {
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>> {
        self.tasks.poll_stopped(task)
    }

    fn is_lost(&self) -> bool {
        self.tasks.is_lost
    }

    fn dismiss(&mut self) {}
}
