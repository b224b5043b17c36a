//! Who does the work of a run: tasks, blocking threads, or futures that share the task of the caller.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;
use tokio::task::JoinSet;

use super::Setup;
use super::desk::Desk;
use super::output::Policy;
use super::staff::{Badge, Staff};
use crate::context::race::{Around, Race};
use crate::context::{Context, current};
use crate::test_hooks;

mod local;

pub(crate) use self::local::Local;
#[cfg(all(test, taskward_loom))]
pub(crate) use self::local::Turns;

pub(crate) type Panic = Box<dyn Any + Send>;

/// The workers of one run. Dropping them stops those that can be stopped.
pub trait Crew {
    /// Lets them work, and returns how the next one has stopped; `None` once there are none.
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>>;

    /// The run is over: drops those that can be dropped at once.
    fn dismiss(&mut self);
}

/// A crew to which workers can be added while the run goes on.
pub trait Hire<D>: Crew {
    /// Starts another worker.
    fn hire(&mut self, desk: D);
}

/// Workers that are tasks of their own, or threads. All of them were hired before.
pub struct Tasks {
    set: JoinSet<()>,
    setup: Setup,
    staff: Option<Arc<Staff>>,
}

impl Tasks {
    pub(crate) fn new(setup: Setup) -> Self {
        Self { set: JoinSet::new(), setup, staff: None }
    }

    fn list<T, R, P: Policy<R>>(&mut self, desk: &mut Desk<T, R, P>) {
        desk.wear(Badge::new(self.staff.get_or_insert_with(|| Staff::new(self.setup))));
    }

    /// Starts a task.
    pub(crate) fn spawn<T, R, P: Policy<R>, W: Future<Output = ()> + Send + 'static>(
        &mut self,
        mut desk: Desk<T, R, P>,
        worker: impl FnOnce(Desk<T, R, P>) -> W,
    ) {
        self.list(&mut desk);
        self.set.spawn(test_hooks::tracked(Worker::new(desk, worker), || self.setup.info()));
    }

    /// Starts a thread of the blocking pool.
    pub(crate) fn spawn_blocking<T, R, P: Policy<R>, W: FnOnce() + Send + 'static>(
        &mut self,
        mut desk: Desk<T, R, P>,
        worker: impl FnOnce(Desk<T, R, P>) -> W,
    ) {
        self.list(&mut desk);
        let ctx = desk.ctx().clone();
        let worker = worker(desk);
        self.set.spawn_blocking(move || current::with_context(&ctx, worker));
    }
}

impl Crew for Tasks {
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>> {
        self.set.poll_join_next(task).map(|stopped| {
            Some(stopped?.or_else(|error| {
                test_hooks::joined(&error);
                // Otherwise the runtime is shutting down, and this task with it.
                error.try_into_panic().map_or(Ok(()), Err)
            }))
        })
    }

    fn dismiss(&mut self) {}
}

impl<D> Hire<D> for Tasks {
    fn hire(&mut self, _: D) {}
}

/// Workers that are tasks of their own, or threads, and start when they are needed.
pub(crate) struct Recruits<D> {
    tasks: Tasks,
    start: Start<D>,
}

type Start<D> = Box<dyn FnMut(&mut Tasks, D) + Send>;

impl<D> Recruits<D> {
    pub(crate) fn new(setup: Setup, start: impl FnMut(&mut Tasks, D) + Send + 'static) -> Self {
        Self { tasks: Tasks::new(setup), start: Box::new(start) }
    }
}

impl<D> Hire<D> for Recruits<D> {
    fn hire(&mut self, desk: D) {
        (self.start)(&mut self.tasks, desk);
    }
}

impl<D> Crew for Recruits<D> {
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>> {
        self.tasks.poll_stopped(task)
    }

    fn dismiss(&mut self) {}
}

pin_project! {
    /// A worker: raced against the context once, for all of its items. Notes that it had to wait: then its items are not
    /// cheap, whatever the clock says.
    pub(crate) struct Worker<W> {
        waited: Arc<AtomicBool>,
        #[pin]
        race: Race<Context, W, Around>,
    }
}

impl<W: Future<Output = ()>> Worker<W> {
    fn new<T, R, P: Policy<R>>(desk: Desk<T, R, P>, worker: impl FnOnce(Desk<T, R, P>) -> W) -> Self {
        let (ctx, waited) = (desk.ctx().clone(), desk.waited());
        Self { waited, race: Race::new(ctx, worker(desk), Around) }
    }
}

impl<W: Future<Output = ()>> Future for Worker<W> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<()> {
        let this = self.project();
        let polled = this.race.poll(task);
        if polled.is_pending() {
            this.waited.store(true, Relaxed);
        }
        polled.map(drop)
    }
}
