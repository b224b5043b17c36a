//! Entry points for the expansion of `#[worker_pool]`.
//!
//! The expansion contains the workers: loops over the items of a `Worker`. It is a loop instead of
//! a function of an item, because only a future of a known type is seen to be `Send`.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use super::batch::BatchRun;
use super::builder::WorkerPool;
use super::output::{Ends, Gather, Streamed};
use super::results::LocalResults;
use super::worker::Worker;
use super::worker_set::{Local, Tasks, WorkerSet};
use crate::context::Context;

pub use super::output::{Collect, FailFast};
pub use super::results::{Results, WorkerStream};
pub use super::worker::Worker as PoolWorker;
pub use crate::task_output::PoolOutput;
pub use futures_core::Stream;

/// Returns the pool for the options.
#[track_caller]
pub fn pool(workers: Option<usize>) -> WorkerPool {
    // Not through a function pointer, which would lose `#[track_caller]`.
    if let Some(workers) = workers { WorkerPool::new(workers) } else { WorkerPool::default() }
}

/// Sets `place` as the pool's caller.
pub fn called(pool: WorkerPool, place: &'static Location<'static>) -> WorkerPool {
    WorkerPool { setup: pool.setup.called(place), ..pool }
}

/// An item that can be sent to a task or a thread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent to a worker",
    label = "not `Send`",
    note = "take an item that is `Send`, such as an `Arc` in the place of an `Rc`; or let the workers share the caller's task: `#[worker_pool(local)]`"
)]
pub trait WorkerItem: Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> WorkerItem for T {}

/// Runs workers that are tasks.
pub fn run_workers<P, I, R, W>(
    pool: WorkerPool,
    ctx: &Context,
    items: I,
    mut start: impl FnMut(Worker<I::Item, R, P>) -> W,
) -> BatchRun<I::IntoIter, R, P, Tasks>
where
    P: Gather<R>,
    I: IntoIterator<Item: WorkerItem>,
    W: Future<Output = ()> + Send + 'static,
{
    BatchRun::begin(pool.setup, ctx, items, |set: &mut Tasks, run| set.spawn(run, &mut start))
}

/// Runs workers that block.
pub fn run_threads<P, I, R, W>(
    pool: WorkerPool,
    ctx: &Context,
    items: I,
    mut start: impl FnMut(Worker<I::Item, R, P>) -> W,
) -> BatchRun<I::IntoIter, R, P, Tasks>
where
    P: Gather<R>,
    I: IntoIterator<Item: WorkerItem>,
    W: FnOnce() + Send + 'static,
{
    BatchRun::begin(pool.setup, ctx, items, |set: &mut Tasks, run| set.spawn_blocking(run, &mut start))
}

/// Runs workers that share the caller's task.
pub fn run_local<P, I, R, W>(
    pool: WorkerPool,
    ctx: &Context,
    items: I,
    mut start: impl FnMut(Worker<I::Item, R, P>) -> W,
) -> BatchRun<I::IntoIter, R, P, Local<W>>
where
    P: Gather<R>,
    I: IntoIterator,
    W: Future<Output = ()>,
{
    BatchRun::begin(pool.setup, ctx, items, |set: &mut Local<W>, run| set.add(run, &mut start))
}

/// Waits for the workers. A function instead of the method, so that an unsuitable result type is a
/// single error.
pub async fn finish<I, R, P, C>(run: BatchRun<I, R, P, C>) -> P::All
where
    I: Iterator,
    P: Gather<R>,
    C: WorkerSet,
{
    run.finish().await
}

/// Streams results of workers that are tasks.
pub fn stream_workers<P, S, R, W, F>(pool: WorkerPool, ctx: &Context, source: S, mut start: F) -> WorkerStream<S, R>
where
    F: FnMut(Worker<S::Item, R, Streamed>) -> W + Send + 'static,
    P: Ends<R>,
    S: Stream<Item: WorkerItem>,
    R: 'static,
    W: Future<Output = ()> + Send + 'static,
{
    WorkerStream::new::<P>(pool.setup, ctx, source, move |set, run| set.spawn(run, &mut start))
}

/// Streams results of workers that block.
pub fn stream_threads<P, S, R, W, F>(pool: WorkerPool, ctx: &Context, source: S, mut start: F) -> WorkerStream<S, R>
where
    F: FnMut(Worker<S::Item, R, Streamed>) -> W + Send + 'static,
    P: Ends<R>,
    S: Stream<Item: WorkerItem>,
    R: 'static,
    W: FnOnce() + Send + 'static,
{
    WorkerStream::new::<P>(pool.setup, ctx, source, move |set, run| set.spawn_blocking(run, &mut start))
}

/// Streams results of workers that share the polling task.
pub fn stream_local<P, S, R, W, F>(pool: WorkerPool, ctx: &Context, source: S, start: F) -> LocalResults<S, R, W, F>
where
    F: FnMut(Worker<S::Item, R, Streamed>) -> W,
    P: Ends<R>,
    S: Stream,
    W: Future<Output = ()>,
{
    Results::new::<P>(pool.setup, ctx, source, start)
}

/// Returns a stream of the right type, beside compile errors.
pub fn no_stream<R>() -> impl Stream<Item = R> {
    struct NoStream<R>(std::marker::PhantomData<fn() -> R>);
    impl<R> Stream for NoStream<R> {
        type Item = R;

        fn poll_next(self: Pin<&mut Self>, _: &mut Task<'_>) -> Poll<Option<R>> {
            Poll::Ready(None)
        }
    }
    NoStream(std::marker::PhantomData)
}
