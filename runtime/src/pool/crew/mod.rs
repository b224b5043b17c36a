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

mod local;

pub(crate) use self::local::Local;
#[cfg(all(test, taskward_loom))]
pub(crate) use self::local::Turns;

pub(crate) type Panic = Box<dyn Any + Send>;

/// The workers of one run. Dropping them stops those that can be stopped.
pub(crate) trait Crew<D> {
    /// Starts another worker.
    fn hire(&mut self, desk: D);

    /// Lets them work, and returns how the next one has stopped; `None` once there are none.
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>>;

    /// The run is over: drops those that can be dropped at once.
    fn dismiss(&mut self);
}

/// Workers that are tasks of their own, or threads.
pub(crate) struct Tasks<S> {
    set: JoinSet<()>,
    setup: Setup,
    staff: Option<Arc<Staff>>,
    start: S,
}

impl<S> Tasks<S> {
    /// `start` starts a worker in a set.
    pub(crate) fn new(setup: Setup, start: S) -> Self {
        Self { set: JoinSet::new(), setup, staff: None, start }
    }
}

impl<T, R, P: Policy<R>, S: FnMut(&mut JoinSet<()>, Desk<T, R, P>)> Crew<Desk<T, R, P>> for Tasks<S> {
    fn hire(&mut self, mut desk: Desk<T, R, P>) {
        desk.wear(Badge::new(self.staff.get_or_insert_with(|| Staff::new(self.setup))));
        (self.start)(&mut self.set, desk);
    }

    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>> {
        self.set.poll_join_next(task).map(|stopped| {
            Some(stopped?.or_else(|error| match error.try_into_panic() {
                Ok(payload) => Err(payload),
                // The runtime is shutting down, and this task with it.
                Err(_) => Ok(()),
            }))
        })
    }

    fn dismiss(&mut self) {}
}

/// Starts workers as tasks.
pub(crate) fn spawn_tasks<T, R, P: Policy<R>, W: Future<Output = ()> + Send + 'static>(
    mut worker: impl FnMut(Desk<T, R, P>) -> W,
) -> impl FnMut(&mut JoinSet<()>, Desk<T, R, P>) {
    move |set, desk| {
        set.spawn(Worker::new(desk, &mut worker));
    }
}

/// Starts workers as threads of the blocking pool.
pub(crate) fn spawn_threads<T, R, P: Policy<R>, W: FnOnce() + Send + 'static>(
    mut worker: impl FnMut(Desk<T, R, P>) -> W,
) -> impl FnMut(&mut JoinSet<()>, Desk<T, R, P>) {
    move |set, desk| {
        let ctx = desk.ctx().clone();
        let worker = worker(desk);
        set.spawn_blocking(move || current::with_context(&ctx, worker));
    }
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
