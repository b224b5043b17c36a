//! Workers that are tasks or threads of a group.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use tokio::runtime::Handle;

use super::set::{OnDemand, Panic, WorkerSet};
use crate::context::Context;
use crate::group::Workers;
use crate::pool::output::{Policy, Streamed};
use crate::pool::run_state::RunState;
use crate::pool::setup::Setup;
use crate::pool::worker::Worker;
use crate::registry::TaskInfo;

pub struct Tasks {
    workers: Workers,
    setup: Setup,
}

impl Tasks {
    /// Starts a task.
    pub(crate) fn spawn<T, R, P: Policy<R>, W: Future<Output = ()> + Send + 'static>(
        &mut self,
        run: Arc<RunState<T, R, P>>,
        start: impl FnOnce(Worker<T, R, P>) -> W,
    ) {
        self.workers.spawn(self.info(), |ctx| start(Worker::new(run, ctx)));
    }

    /// Starts a thread of the blocking pool.
    pub(crate) fn spawn_blocking<T, R, P: Policy<R>, W: FnOnce() + Send + 'static>(
        &mut self,
        run: Arc<RunState<T, R, P>>,
        start: impl FnOnce(Worker<T, R, P>) -> W,
    ) {
        self.workers.spawn_blocking(self.info(), |ctx| start(Worker::new(run, ctx)));
    }

    /// Describes a worker started now.
    fn info(&self) -> TaskInfo {
        let Setup { name, place, .. } = self.setup;
        assert!(Handle::try_current().is_ok(), "the worker pool of {place} runs outside of a Tokio runtime");
        TaskInfo::new(name.map(Into::into), place)
    }
}

impl WorkerSet for Tasks {
    fn new(setup: Setup, ctx: &Context) -> Self {
        Self { workers: Workers::new(ctx), setup }
    }

    fn ctx(&self) -> &Context {
        self.workers.ctx()
    }

    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<()> {
        self.workers.poll_stopped(task)
    }

    fn take_panic(&mut self) -> Option<Panic> {
        self.workers.take_panic()
    }
}

/// Starts a worker of a stream.
pub(crate) type Start<T, R> = Box<dyn FnMut(&mut Tasks, Arc<RunState<T, R, Streamed>>) + Send>;

impl<T, R> OnDemand<T, R, Start<T, R>> for Tasks {
    fn start_worker(&mut self, run: Arc<RunState<T, R, Streamed>>, start: &mut Start<T, R>) {
        start(self, run);
    }
}
