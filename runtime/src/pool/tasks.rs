//! Workers that are tasks of their own.

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use futures_core::Stream;

use super::batch::BatchRun;
use super::builder::WorkerPool;
use super::on_progress::OnProgress;
use super::output::{Ends, Gather, Policy};
use super::results::{WorkerStream, spawned};
use super::worker::Worker;
use super::worker_set::Tasks;
use crate::context::Context;
use crate::outcome::Outcome;

impl<P: OnProgress + Send + Sync + 'static, M> WorkerPool<P, M> {
    /// Calls `call` for each item, and returns the outputs in the order of the items; after
    /// [`collect`](Self::collect), the results.
    ///
    /// `call` gets a context that ends with `ctx`, and with the run. Items are taken from the
    /// iterator before the first call. If the iterator's hint has no upper bound, or one over 16
    /// million, all but the first 65,536 are taken as the work goes on: an endless iterator is
    /// worked on until a call fails or `ctx` ends.
    ///
    /// # Errors
    ///
    /// The first error that a call returns, once every worker has stopped: the other calls' context
    /// is cancelled, they are dropped at their next `.await`, and no queued item starts. Or the end
    /// of `ctx`, which stops the run in the same way.
    ///
    /// # Panics
    ///
    /// If a call panics, with the same payload, once every worker has stopped. Outside of a Tokio
    /// runtime.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future aborts the workers; finished outputs are lost.
    #[track_caller]
    pub fn run<T, R, F>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(Context, T) -> F + Send + Sync + 'static,
    ) -> impl Future<Output = M::All>
    where
        T: Send + 'static,
        F: Future<Output = R> + Send + 'static,
        R: Outcome + 'static,
        M: Gather<R, Kept: Send + 'static, Failure: Send + 'static> + 'static,
    {
        let setup = self.setup.called(Location::caller());
        async move {
            let call = Arc::new((call, self.progress));
            let start = |tasks: &mut Tasks, worker| tasks.spawn(worker, |worker| work(worker, call.clone()));
            BatchRun::<_, R, M, _>::begin(setup, ctx, items, Tasks::new(setup), start).finish().await
        }
    }

    /// Calls `call` for each item of `source`, and yields the results in the order of the items.
    ///
    /// Items are taken while the stream is polled. No more than [`queue`](Self::queue) items and
    /// one for each worker are alive at a time, taken and not yet yielded. `call` gets a context
    /// that ends with `ctx`, and with the stream.
    ///
    /// - The first failure, an error or `None`, cancels the other calls and drops `source`, unless
    ///   the pool [collects](Self::collect). Once every worker has stopped, the results that were
    ///   finished before come out, in their order, and then the failure: the last item.
    /// - The end of `ctx` does the same; the last item is its `Err(why.into())`, `None` or `()`.
    ///   There is none if all work was done.
    /// - To end the stream at a failure of `source`, let its items be results, and `call` begin
    ///   with `let item = item?`.
    ///
    /// # Panics
    ///
    /// If a call or `source` panics, in the poll of the stream, with the same payload, once every
    /// worker has stopped. When it is polled outside of a Tokio runtime.
    ///
    /// # Cancellation safety
    ///
    /// Nothing is lost between two polls. Dropping the stream aborts the workers and drops
    /// `source`.
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
        M: Ends<R>,
    {
        let setup = self.setup.called(Location::caller());
        let call = Arc::new((call, self.progress));
        spawned::<M, _, _>(setup, ctx, source, false, move |set, worker| {
            set.spawn(worker, |worker| work(worker, call.clone()));
        })
    }
}

/// A worker that calls a closure.
pub(super) async fn work<T, R: Outcome, P: Policy<R>, F: Future<Output = R>>(
    mut worker: Worker<T, R, P>,
    call: Arc<(impl Fn(Context, T) -> F, impl OnProgress)>,
) {
    let (call, progress) = &*call;
    while let Some(item) = worker.next().await {
        let ctx = worker.ctx().clone();
        let result = worker.call(call(ctx, item)).await;
        progress.finished(&worker, &result);
        worker.put(result);
    }
}
