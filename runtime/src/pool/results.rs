//! The stream of a pool's results.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use super::flow::{End, Flow};
use super::output::{Ends, Streamed};
use super::run_state::RunState;
use super::setup::Setup;
use super::worker_set::{Local, OnDemand, Start, Tasks};
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
        results: Results<S, R, Tasks, Start<S::Item, R>>,
    }
}

impl<S: Stream, R> WorkerStream<S, R> {
    pub(crate) fn new<E: Ends<R>>(
        setup: Setup,
        ctx: &Context,
        source: S,
        start: impl FnMut(&mut Tasks, Arc<RunState<S::Item, R, Streamed>>) + Send + 'static,
    ) -> Self {
        Self { results: Results::new::<E>(setup, ctx, source, Box::new(start)) }
    }
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

/// Results of workers in the polling task.
pub(crate) type LocalResults<S, R, W, F> = Results<S, R, Local<W>, F>;

pin_project! {
    /// The outputs of a flow, followed by the reason for its end.
    pub struct Results<S: Stream, R, C, F> {
        #[pin]
        flow: Flow<S, R, Streamed, C>,
        start: F,
        interrupted: fn(ContextError) -> R,
        is_over: bool,
    }
}

impl<S: Stream, R, C: OnDemand<S::Item, R, F>, F> Results<S, R, C, F> {
    pub(crate) fn new<E: Ends<R>>(setup: Setup, ctx: &Context, source: S, start: F) -> Self {
        let hint = source.size_hint();
        let flow = Flow::new(setup, ctx, source, hint, E::FAILS, true);
        Self { flow, start, interrupted: E::interrupted, is_over: false }
    }
}

impl<S: Stream, R, C: OnDemand<S::Item, R, F>, F> Stream for Results<S, R, C, F> {
    type Item = R;

    fn poll_next(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<R>> {
        let mut this = self.project();
        if *this.is_over {
            return Poll::Ready(None);
        }
        let start = |set: &mut C, run| set.start_worker(run, this.start);
        if let Some(result) = ready!(this.flow.as_mut().poll_next(task, start)) {
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
