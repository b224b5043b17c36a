//! Runs whose items are a stream, and whose results are another one.

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use futures_core::Stream;

use super::output::{Collect, FailFast};
use super::results::{WorkerStream, spawned};
use super::{OnProgress, WorkerPool, blocking, tasks};
use crate::context::Context;
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
        spawned::<FailFast, _, _>(setup, ctx, source, false, move |set, worker| {
            set.spawn(worker, |worker| tasks::work(worker, call.clone()));
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
        spawned::<Collect, _, _>(setup, ctx, source, false, move |set, worker| {
            set.spawn(worker, |worker| tasks::work(worker, call.clone()));
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
        spawned::<FailFast, _, _>(setup, ctx, source, true, move |set, worker| {
            set.spawn_blocking(worker, |worker| blocking::work(worker, call.clone()));
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
        spawned::<Collect, _, _>(setup, ctx, source, true, move |set, worker| {
            set.spawn_blocking(worker, |worker| blocking::work(worker, call.clone()));
        })
    }
}
