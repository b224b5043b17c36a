//! Workers that are tasks.

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use futures_core::Stream;

use super::batch::BatchRun;
use super::builder::WorkerPool;
use super::on_progress::OnProgress;
use super::output::{Ends, Gather, Policy};
use super::results::WorkerStream;
use super::worker::Worker;
use super::worker_set::Tasks;
use crate::context::Context;
use crate::outcome::Outcome;

impl<P: OnProgress + Send + Sync + 'static, M> WorkerPool<P, M> {
    /// Calls `call` for each item, and returns the outputs in the order of the items. With
    /// [`collect`](Self::collect), returns the results.
    ///
    /// `call` gets a context that ends with `ctx`, or at the latest with the run. Items are taken
    /// from the iterator before the first call. If the iterator's size hint has no upper bound, or
    /// one over 16 million, all but the first 65,536 are taken during the run: an endless iterator
    /// runs until a call fails or `ctx` ends.
    ///
    /// # Errors
    ///
    /// Returns the first error of a call once every worker has stopped: the other calls' context
    /// is cancelled, they are dropped at their next `.await`, except for shields and graces in
    /// them, and no queued item starts. The end of `ctx` stops the run in the same way, and its
    /// reason is returned. The shutdown of the workers' runtime counts as the end of `ctx`.
    ///
    /// # Panics
    ///
    /// If a call panics, with its payload, once every worker has stopped. Outside of a Tokio
    /// runtime.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future stops the run as the end of `ctx` does, without waiting for the workers.
    /// Finished outputs are lost.
    ///
    /// ```
    /// use taskward::{Context, ContextError, WorkerPool};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ContextError> {
    /// let ctx = Context::background();
    /// let pool = WorkerPool::new(4);
    /// let call = |_, n: u32| async move { Ok::<_, ContextError>(n * n) };
    /// let squares = pool.run(&ctx, 1..=3, call);
    /// assert_eq!(squares.await?, [1, 4, 9]);
    /// # Ok(())
    /// # }
    /// ```
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
            let start = |set: &mut Tasks, run| set.spawn(run, |worker| work(worker, call.clone()));
            BatchRun::<_, R, M, _>::begin(setup, ctx, items, start).finish().await
        }
    }

    /// Calls `call` for each item of `source`, and yields the results in the order of the items.
    ///
    /// Items are taken while the stream is polled. At most [`queue`](Self::queue) items and one
    /// per worker are alive at a time, taken and not yet yielded. `call` gets a context that ends
    /// with `ctx`, or at the latest with the stream.
    ///
    /// - The first failure, an error or `None`, cancels the other calls and drops `source`, unless
    ///   the pool [collects](Self::collect). Once every worker has stopped, the stream yields the
    ///   earlier finished results in order, and the failure as its last item.
    /// - The end of `ctx` stops the stream in the same way; the last item is `Err(why.into())`,
    ///   `None` or `()`. There is no such item if all work was done.
    /// - To end the stream at a failure of `source`, make its items results, and begin `call` with
    ///   `let item = item?`.
    ///
    /// # Panics
    ///
    /// Polling the stream panics with the payload of a panicking call or `source` once every
    /// worker has stopped. It also panics outside of a Tokio runtime.
    ///
    /// # Cancellation safety
    ///
    /// Cancel safe between polls. Dropping the stream interrupts the calls and drops `source`,
    /// without waiting for the workers.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use futures::stream::{self, StreamExt};
    /// use taskward::{Context, ContextError, WorkerPool};
    ///
    /// let numbers = stream::iter(1_u64..); // endless
    /// let ctx = Context::background();
    /// let squares = WorkerPool::new(4).queue(8).stream(&ctx, numbers, |_, n| async move {
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
        WorkerStream::new::<M>(setup, ctx, source, move |set, run| {
            set.spawn(run, |worker| work(worker, call.clone()));
        })
    }
}

/// Runs a worker that calls a closure.
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
