//! One run of a pool, from its items to its result.

use std::any::Any;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;
use tokio::task::JoinSet;

use super::desk::Desk;
use super::floor::Floor;
use super::gather;
use super::output::{Policy, Run};
use crate::context::Context;
use crate::context::race::{Around, Race};

/// Stops the run when it is dropped: blocking workers do not stop otherwise.
struct StopOnDrop<T, K, F>(Arc<Floor<T, K, F>>);

impl<T, K, F> Drop for StopOnDrop<T, K, F> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Runs `items` on up to `workers` workers that `spawn` starts, and waits until all of them have stopped.
pub(crate) async fn run<T: Send + 'static, R, P: Policy<R>>(
    workers: usize,
    ctx: &Context,
    items: Vec<T>,
    mut spawn: impl FnMut(&mut JoinSet<()>, Desk<T, R, P>, Arc<AtomicBool>),
) -> P::All {
    let count = items.len();
    if let Err(why) = ctx.check() {
        return P::all(Run::Interrupted(gather::with_gaps(Vec::new(), count), why));
    }
    let workers = workers.min(count);
    let (child, canceller) = ctx.with_cancel();
    let stop = StopOnDrop(Arc::new(Floor::new(items, workers, canceller)));
    let floor = &stop.0;

    let mut tasks = JoinSet::new();
    let mut cancellers = Vec::with_capacity(workers);
    for _ in 0..workers {
        // A context for each, so that the clones and children of it that calls make do not contend for one reference
        // count. It lives as long as the run, like what a call may have started with it.
        let (ctx, canceller) = child.with_cancel();
        cancellers.push(canceller);
        let waited = Arc::new(AtomicBool::new(false));
        spawn(&mut tasks, Desk::new(floor.clone(), ctx, waited.clone()), waited);
    }
    let mut panic: Option<Box<dyn Any + Send>> = None;
    while let Some(stopped) = tasks.join_next().await {
        // Not a panic: the runtime is shutting down, and this task with it.
        if let Some(payload) = stopped.err().and_then(|error| error.try_into_panic().ok()) {
            panic.get_or_insert(payload);
        }
    }
    if let Some(payload) = panic {
        resume_unwind(payload);
    }
    if let Some(failure) = floor.take_failure() {
        return P::all(Run::Failed(failure));
    }
    P::all(match gather::complete(floor.take_batches(), count) {
        Ok(outputs) => Run::Complete(outputs),
        Err(batches) => {
            // Workers leave items out only when the context has ended.
            let why = child.check().err().unwrap_or_else(|| child.why());
            Run::Interrupted(gather::with_gaps(batches, count), why)
        }
    })
}

/// Starts a worker as a task: raced against the context once, for all of its items.
pub(crate) fn spawn_task<F>(tasks: &mut JoinSet<()>, ctx: Context, waited: Arc<AtomicBool>, worker: F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let race = Race::new(ctx, worker, Around);
    tasks.spawn(Watched { waited, race });
}

pin_project! {
    /// Notes that a worker had to wait: then its items are not cheap, whatever the clock says.
    struct Watched<F> {
        waited: Arc<AtomicBool>,
        #[pin]
        race: F,
    }
}

impl<F: Future> Future for Watched<F> {
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
