//! What the expansion of `#[worker_pool]` calls.
//!
//! Workers are loops over the items of a desk. A loop, and not a function of an item, because only a future of a known type
//! can be seen to be `Send`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use super::crew::{Local, Tasks};

use super::desk::Desk;
use super::output::{Gather, Streamed, Strictness};
use super::run::Shift;
use super::{WorkerPool, stream};
use crate::context::Context;
use crate::outcome::Outcome;

pub use super::desk::Desk as PoolDesk;
pub use super::output::{Collect, FailFast, PoolOutput};
pub use super::stream::WorkerStream;
pub use futures_core::Stream;

/// The pool that the options ask for.
#[track_caller]
pub fn pool(workers: Option<usize>) -> WorkerPool {
    workers.map_or_else(WorkerPool::default, WorkerPool::new)
}

/// Workers that are tasks.
pub fn run_workers<P, I, R, W>(
    pool: WorkerPool,
    ctx: &Context,
    items: I,
    mut worker: impl FnMut(Desk<I::Item, R, P>) -> W,
) -> Shift<I::IntoIter, R, P, Tasks>
where
    P: Gather<R>,
    I: IntoIterator<Item: Send + 'static>,
    W: Future<Output = ()> + Send + 'static,
{
    Shift::begin(pool.setup, ctx, items, Tasks::new(pool.setup), |crew, desk| crew.spawn(desk, &mut worker))
}

/// Workers that block.
pub fn run_threads<P, I, R, W>(
    pool: WorkerPool,
    ctx: &Context,
    items: I,
    mut worker: impl FnMut(Desk<I::Item, R, P>) -> W,
) -> Shift<I::IntoIter, R, P, Tasks>
where
    P: Gather<R>,
    I: IntoIterator<Item: Send + 'static>,
    W: FnOnce() + Send + 'static,
{
    Shift::begin(pool.setup, ctx, items, Tasks::new(pool.setup), |crew, desk| crew.spawn_blocking(desk, &mut worker))
}

/// Workers that share the caller's task.
pub fn run_local<P, I, R, W>(
    pool: WorkerPool,
    ctx: &Context,
    items: I,
    mut worker: impl FnMut(Desk<I::Item, R, P>) -> W,
) -> Shift<I::IntoIter, R, P, Local<W>>
where
    P: Gather<R>,
    I: IntoIterator,
    W: Future<Output = ()>,
{
    Shift::begin(pool.setup, ctx, items, Local::new(), |crew, desk| crew.add(desk, &mut worker))
}

/// Items from a stream, and workers that are tasks.
pub fn stream_workers<P, S, R, W, F>(pool: WorkerPool, ctx: &Context, source: S, mut worker: F) -> WorkerStream<S, R>
where
    F: FnMut(Desk<S::Item, R, Streamed>) -> W + Send + 'static,
    P: Strictness,
    S: Stream<Item: Send + 'static>,
    R: Outcome + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    WorkerStream::new(pool.setup, ctx, source, P::STRICT, move |crew, desk| crew.spawn(desk, &mut worker))
}

/// Items from a stream, and workers that block.
pub fn stream_threads<P, S, R, W, F>(pool: WorkerPool, ctx: &Context, source: S, mut worker: F) -> WorkerStream<S, R>
where
    F: FnMut(Desk<S::Item, R, Streamed>) -> W + Send + 'static,
    P: Strictness,
    S: Stream<Item: Send + 'static>,
    R: Outcome + 'static,
    W: FnOnce() + Send + 'static,
{
    WorkerStream::new(pool.setup, ctx, source, P::STRICT, move |crew, desk| crew.spawn_blocking(desk, &mut worker))
}

/// Items from a stream, and workers that share the task that polls.
pub fn stream_local<P, S, R, W, F>(
    pool: WorkerPool,
    ctx: &Context,
    source: S,
    worker: F,
) -> impl Stream<Item = R> + use<P, S, R, W, F>
where
    F: FnMut(Desk<S::Item, R, Streamed>) -> W,
    P: Strictness,
    S: Stream,
    R: Outcome,
    W: Future<Output = ()>,
{
    stream::local(pool.setup, ctx, source, P::STRICT, worker)
}

/// A stream of the right type, beside errors.
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
