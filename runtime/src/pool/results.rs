//! The stream of a pool's results.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use super::flow::{End, Flow};
use super::output::{Ends, Streamed};
use super::setup::Setup;
use super::worker::Worker;
use super::worker_set::{AddWorker, LazyLocal, LazyTasks, Tasks};
use crate::context::Context;
use crate::error::ContextError;

pin_project! {
    /// The stream of results of [`WorkerPool::stream`](crate::WorkerPool::stream) and of
    /// [`#[worker_pool(stream)]`](macro@crate::worker_pool) functions, for a source `S`.
    ///
    /// `Send` if `S` is, and borrows no context. After the last result it yields `None` forever.
    #[must_use = "streams do nothing unless polled"]
    pub struct WorkerStream<S: Stream, R> {
        #[pin]
        results: Results<S, R, LazyTasks<Worker<S::Item, R, Streamed>>>,
    }
}

/// Returns results of workers that are tasks or threads.
pub(crate) fn spawned<E: Ends<R>, S: Stream, R>(
    setup: Setup,
    ctx: &Context,
    source: S,
    threads_leave: bool,
    start: impl FnMut(&mut Tasks, Worker<S::Item, R, Streamed>) + Send + 'static,
) -> WorkerStream<S, R> {
    WorkerStream { results: Results::new::<E>(setup, ctx, source, threads_leave, LazyTasks::new(setup, start)) }
}

impl<S: Stream, R> Stream for WorkerStream<S, R> {
    type Item = R;

    fn poll_next(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<R>> {
        self.project().results.poll_next(task)
    }
}

impl<S: Stream, R> FusedStream for WorkerStream<S, R> {
    fn is_terminated(&self) -> bool {
        self.results.is_over
    }
}

impl<S: Stream, R> fmt::Debug for WorkerStream<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerStream").field("is_terminated", &self.results.is_over).finish_non_exhaustive()
    }
}

/// Returns results of workers in the polling task.
pub(crate) fn local<E, S, R, W, F>(setup: Setup, ctx: &Context, source: S, start: F) -> LocalResults<S, R, W, F>
where
    E: Ends<R>,
    S: Stream,
    W: Future<Output = ()>,
    F: FnMut(Worker<S::Item, R, Streamed>) -> W,
{
    Results::new::<E>(setup, ctx, source, false, LazyLocal::new(start))
}

pub(crate) type LocalResults<S, R, W, F> = Results<S, R, LazyLocal<W, F>>;

pin_project! {
    /// The outputs of a flow, followed by the reason for its end.
    pub struct Results<S: Stream, R, C> {
        #[pin]
        flow: Flow<S, R, Streamed, C>,
        interrupted: fn(ContextError) -> R,
        is_over: bool,
    }
}

impl<S: Stream, R, C: AddWorker<Worker<S::Item, R, Streamed>>> Results<S, R, C> {
    fn new<E: Ends<R>>(setup: Setup, ctx: &Context, source: S, threads_leave: bool, set: C) -> Self {
        let (least, most) = source.size_hint();
        let total = most.filter(|most| *most == least);
        let flow = Flow::new(setup, ctx, source, total, E::FAILS, threads_leave, set);
        Self { flow, interrupted: E::interrupted, is_over: false }
    }
}

impl<S: Stream, R, C: AddWorker<Worker<S::Item, R, Streamed>>> Stream for Results<S, R, C> {
    type Item = R;

    fn poll_next(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<R>> {
        let mut this = self.project();
        if *this.is_over {
            return Poll::Ready(None);
        }
        if let Some(result) = ready!(this.flow.as_mut().poll_next(task)) {
            return Poll::Ready(Some(result));
        }
        *this.is_over = true;
        Poll::Ready(match this.flow.end() {
            End::Complete => None,
            End::Failed(failure) => Some(failure),
            End::Interrupted(why) => Some((this.interrupted)(why)),
        })
    }
}
