//! Workers that are threads of Tokio's blocking pool.

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
    /// Like [`run`](Self::run), for a function that blocks: each worker is a thread of Tokio's
    /// blocking pool.
    ///
    /// A thread cannot be interrupted: the function must check its context now and then, and the
    /// run returns only when all calls have. A call that never checks delays the run, and the drop
    /// of a runtime. It does not delay the exit of the process, nor
    /// [`shutdown_background`](tokio::runtime::Runtime::shutdown_background).
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run) does.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run) does.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future cancels the calls' context; each worker stops before its next item.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use taskward::{Context, ContextError, WorkerPool};
    ///
    /// let squares = WorkerPool::new(4)
    ///     .run_blocking(&Context::background(), 1..=3, |ctx: &Context, n: u32| {
    ///         ctx.check()?;
    ///         Ok::<_, ContextError>(n * n)
    ///     })
    ///     .await;
    /// assert_eq!(squares.unwrap(), [1, 4, 9]);
    /// # }
    /// ```
    #[track_caller]
    pub fn run_blocking<T, R>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(&Context, T) -> R + Send + Sync + 'static,
    ) -> impl Future<Output = M::All>
    where
        T: Send + 'static,
        R: Outcome + 'static,
        M: Gather<R, Kept: Send + 'static, Failure: Send + 'static> + 'static,
    {
        let setup = self.setup.called(Location::caller());
        async move {
            let call = Arc::new((call, self.progress));
            let start = |set: &mut Tasks, run| set.spawn_blocking(run, |worker| work(worker, call.clone()));
            BatchRun::<_, R, M, _>::begin(setup, ctx, items, start).finish().await
        }
    }

    /// Like [`stream`](Self::stream), for a function that blocks: each worker is a thread of
    /// Tokio's blocking pool, released while there are no items.
    ///
    /// # Panics
    ///
    /// As [`stream`](Self::stream) does.
    ///
    /// # Cancellation safety
    ///
    /// As for [`run_blocking`](Self::run_blocking).
    ///
    /// ```
    /// use futures::stream::{self, StreamExt};
    /// use taskward::{Context, WorkerPool};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ctx = Context::background();
    /// let numbers = stream::iter(1..=3);
    /// let squares = WorkerPool::new(2).stream_blocking(&ctx, numbers, |_, n: u32| Some(n * n));
    /// assert_eq!(squares.collect::<Vec<_>>().await, [Some(1), Some(4), Some(9)]);
    /// # }
    /// ```
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
        M: Ends<R>,
    {
        let setup = self.setup.called(Location::caller());
        let call = Arc::new((call, self.progress));
        WorkerStream::new::<M>(setup, ctx, source, move |set, run| {
            set.spawn_blocking(run, |worker| work(worker, call.clone()));
        })
    }
}

/// Runs a worker that calls a closure.
pub(super) fn work<T, R: Outcome, P: Policy<R>>(
    mut worker: Worker<T, R, P>,
    call: Arc<(impl Fn(&Context, T) -> R, impl OnProgress)>,
) -> impl FnOnce() {
    move || {
        let (call, progress) = &*call;
        while let Some(item) = worker.next_blocking() {
            let result = call(worker.ctx(), item);
            progress.finished(&worker, &result);
            worker.put(result);
        }
    }
}
