//! Workers that are tasks of their own.

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use super::output::{Collect, FailFast, Policy, PoolOutput};
use super::run::Shift;
use super::worker::Worker;
use super::worker_set::Tasks;
use super::{OnProgress, WorkerPool};
use crate::context::Context;
use crate::outcome::Outcome;

impl<P: OnProgress + Send + Sync + 'static> WorkerPool<P> {
    /// Calls `call` for each item, and returns the outputs in the order of the items.
    ///
    /// `call` gets a context that ends with `ctx`, and with the run. No items: an empty result. Items are taken from the
    /// iterator before the first call; but if it does not say where it ends, or has more than 16 million, all but the first 65,536
    /// are taken as the work goes on, so that one without an end can be worked on until a call fails or `ctx` ends.
    ///
    /// # Errors
    ///
    /// The first error that a call returns, once every worker has stopped: the other calls' context is cancelled, they are
    /// dropped at their next `.await`, and no queued item starts. Or the end of `ctx`, which stops the run in the same way.
    ///
    /// # Panics
    ///
    /// If a call panics, with the same payload, once every worker has stopped. Outside of a Tokio runtime.
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
    ) -> impl Future<Output = R::All>
    where
        T: Send + 'static,
        F: Future<Output = R> + Send + 'static,
        R: PoolOutput<Output: Send + 'static, Residual: Send + 'static> + 'static,
    {
        let setup = self.setup.called(Location::caller());
        async move {
            let call = Arc::new((call, self.progress));
            let start = |tasks: &mut Tasks, worker| tasks.spawn(worker, |worker| work(worker, call.clone()));
            Shift::<_, R, FailFast, _>::begin(setup, ctx, items, Tasks::new(setup), start).finish().await
        }
    }

    /// The same, but one bad item does not stop the rest: returns every item's result, in the order of the items.
    ///
    /// Where `ctx` ended before an item's call was done, the result says so: `Err(why.into())`, `None` or `()`.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancellation safety
    ///
    /// As [`run`](Self::run).
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use taskward::{Context, WorkerPool};
    ///
    /// let parsed = WorkerPool::new(2)
    ///     .run_collect(&Context::background(), ["1", "x"], |_, text: &str| async move { text.parse::<u8>().ok() })
    ///     .await;
    /// assert_eq!(parsed, [Some(1), None]);
    /// # }
    /// ```
    #[track_caller]
    pub fn run_collect<T, R, F>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(Context, T) -> F + Send + Sync + 'static,
    ) -> impl Future<Output = Vec<R>>
    where
        T: Send + 'static,
        F: Future<Output = R> + Send + 'static,
        R: Outcome + Send + 'static,
    {
        let setup = self.setup.called(Location::caller());
        async move {
            let call = Arc::new((call, self.progress));
            let start = |tasks: &mut Tasks, worker| tasks.spawn(worker, |worker| work(worker, call.clone()));
            Shift::<_, R, Collect, _>::begin(setup, ctx, items, Tasks::new(setup), start).finish().await
        }
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
