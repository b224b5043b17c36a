//! Runs whose items are a stream, and whose results are another one.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use super::crew::{Hire, Local, Recruits, Tasks};
use super::desk::Desk;
use super::flow::{End, Flow};
use super::output::{Collect, Ends, FailFast, Streamed};
use super::{OnProgress, Setup, WorkerPool, blocking, tasks};
use crate::context::Context;
use crate::error::ContextError;
use crate::outcome::Outcome;

impl<P: OnProgress + Send + Sync + 'static> WorkerPool<P> {
    /// Calls `call` for each item of `source`, and yields the results in the order of the items.
    ///
    /// Nothing happens until the stream is polled, and whoever polls it takes the items: who stops polling stops the intake.
    /// No more than [`queue`](Self::queue) items and one for each worker are alive at a time, taken and not yet yielded. `call` gets a
    /// context that ends with `ctx`, and with the stream.
    ///
    /// - The first failure, an error or `None`, cancels the other calls and drops `source`. Once every worker has stopped, what was
    ///   finished before comes out, in its order, and then the failure: the last item.
    /// - The end of `ctx` does the same; the last item is its `Err(why.into())`, `None` or `()`. There is none if all work was done.
    /// - To have failures of `source` end it, let its items be results, and `call` begin with `let item = item?`.
    ///
    /// # Panics
    ///
    /// If a call or `source` panics, in the poll of the stream, with the same payload, once every worker has stopped. When it is polled
    /// outside of a Tokio runtime.
    ///
    /// # Cancellation safety
    ///
    /// Nothing is lost between two polls. Dropping the stream aborts the workers and drops `source`.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use futures::stream::{self, StreamExt};
    /// use taskward::{Context, ContextError, WorkerPool};
    ///
    /// let numbers = stream::iter(1_u64..); // endless
    /// let squares = WorkerPool::new(4).queue(8).stream(&Context::background(), numbers, |_, n| async move {
    ///     Ok::<_, ContextError>(n * n)
    /// });
    /// assert_eq!(squares.take(3).map(Result::unwrap).collect::<Vec<_>>().await, [1, 4, 9]);
    /// # }
    /// ```
    #[track_caller]
    pub fn stream<S, R, F>(
        self,
        ctx: &Context,
        source: S,
        call: impl Fn(Context, S::Item) -> F + Send + Sync + 'static,
    ) -> WorkerStream<S, R>
    where
        S: Stream<Item: Send + 'static>,
        F: Future<Output = R> + Send + 'static,
        R: Outcome + Send + 'static,
    {
        let setup = self.setup.called(Location::caller());
        let call = Arc::new((call, self.progress));
        spawned::<FailFast, _, _>(setup, ctx, source, move |crew, desk| {
            crew.spawn(desk, |desk| tasks::work(desk, call.clone()));
        })
    }

    /// The same, but failures do not end it: every item has its result, until `source` or `ctx` ends.
    ///
    /// # Panics
    ///
    /// As [`stream`](Self::stream).
    ///
    /// # Cancellation safety
    ///
    /// As [`stream`](Self::stream).
    #[track_caller]
    pub fn stream_collect<S, R, F>(
        self,
        ctx: &Context,
        source: S,
        call: impl Fn(Context, S::Item) -> F + Send + Sync + 'static,
    ) -> WorkerStream<S, R>
    where
        S: Stream<Item: Send + 'static>,
        F: Future<Output = R> + Send + 'static,
        R: Outcome + Send + 'static,
    {
        let setup = self.setup.called(Location::caller());
        let call = Arc::new((call, self.progress));
        spawned::<Collect, _, _>(setup, ctx, source, move |crew, desk| {
            crew.spawn(desk, |desk| tasks::work(desk, call.clone()));
        })
    }

    /// The same as [`stream`](Self::stream) for a function that blocks. Its workers wait for items on threads of Tokio's blocking
    /// pool, for as long as the stream lives.
    ///
    /// # Panics
    ///
    /// As [`stream`](Self::stream).
    ///
    /// # Cancellation safety
    ///
    /// As [`run_blocking`](Self::run_blocking).
    #[track_caller]
    pub fn stream_blocking<S, R>(
        self,
        ctx: &Context,
        source: S,
        call: impl Fn(&Context, S::Item) -> R + Send + Sync + 'static,
    ) -> WorkerStream<S, R>
    where
        S: Stream<Item: Send + 'static>,
        R: Outcome + Send + 'static,
    {
        let setup = self.setup.called(Location::caller());
        let call = Arc::new((call, self.progress));
        spawned::<FailFast, _, _>(setup, ctx, source, move |crew, desk| {
            crew.spawn_blocking(desk, |desk| blocking::work(desk, call.clone()));
        })
    }

    /// The same as [`stream_collect`](Self::stream_collect) for a function that blocks.
    ///
    /// # Panics
    ///
    /// As [`stream`](Self::stream).
    ///
    /// # Cancellation safety
    ///
    /// As [`run_blocking`](Self::run_blocking).
    #[track_caller]
    pub fn stream_blocking_collect<S, R>(
        self,
        ctx: &Context,
        source: S,
        call: impl Fn(&Context, S::Item) -> R + Send + Sync + 'static,
    ) -> WorkerStream<S, R>
    where
        S: Stream<Item: Send + 'static>,
        R: Outcome + Send + 'static,
    {
        let setup = self.setup.called(Location::caller());
        let call = Arc::new((call, self.progress));
        spawned::<Collect, _, _>(setup, ctx, source, move |crew, desk| {
            crew.spawn_blocking(desk, |desk| blocking::work(desk, call.clone()));
        })
    }
}

pin_project! {
    /// The results of a pool whose items come from the stream `S`: of [`WorkerPool::stream`], and of a
    /// [`#[worker_pool(stream)]`](macro@crate::worker_pool) function.
    ///
    /// It is `Send` when `S` is, and borrows no context. After the last result it yields `None` for good.
    #[must_use = "streams do nothing unless polled"]
    pub struct WorkerStream<S: Stream, R> {
        #[pin]
        results: Results<S, R, Recruits<Desk<S::Item, R, Streamed>>>,
    }
}

/// Results from workers that are tasks, or threads.
pub(crate) fn spawned<E: Ends<R>, S: Stream, R>(
    setup: Setup,
    ctx: &Context,
    source: S,
    start: impl FnMut(&mut Tasks, Desk<S::Item, R, Streamed>) + Send + 'static,
) -> WorkerStream<S, R> {
    WorkerStream { results: Results::new::<E>(setup, ctx, source, Recruits::new(setup, start)) }
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

/// Results from workers in the task that polls.
pub(crate) fn local<E, S, R, W, F>(
    setup: Setup,
    ctx: &Context,
    source: S,
    mut start: F,
) -> impl Stream<Item = R> + use<E, S, R, W, F>
where
    E: Ends<R>,
    S: Stream,
    W: Future<Output = ()>,
    F: FnMut(Desk<S::Item, R, Streamed>) -> W,
{
    let mut results = Results::new::<E>(setup, ctx, source, Local::new());
    results.flow = results.flow.hire_all(|crew, desk| crew.add(desk, &mut start));
    results
}

pin_project! {
    /// The outputs of a flow, and at last why it ended.
    struct Results<S: Stream, R, C> {
        #[pin]
        flow: Flow<S, R, Streamed, C>,
        interrupted: fn(ContextError) -> R,
        is_over: bool,
    }
}

impl<S: Stream, R, C: Hire<Desk<S::Item, R, Streamed>>> Results<S, R, C> {
    fn new<E: Ends<R>>(setup: Setup, ctx: &Context, source: S, crew: C) -> Self {
        let (least, most) = source.size_hint();
        let total = most.filter(|most| *most == least);
        let flow = Flow::new(setup, ctx, source, total, E::FAILS, crew);
        Self { flow, interrupted: E::interrupted, is_over: false }
    }
}

impl<S: Stream, R, C: Hire<Desk<S::Item, R, Streamed>>> Stream for Results<S, R, C> {
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
