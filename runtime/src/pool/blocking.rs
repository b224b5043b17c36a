//! Workers that are threads of Tokio's blocking pool.

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
    /// The same as [`run`](Self::run) for a function that blocks: each worker is a thread of Tokio's blocking pool.
    ///
    /// A thread cannot be interrupted: the call looks at its context now and then, and the run returns only when
    /// it has returned. One that never looks delays the run, and a runtime that is dropped, which waits for it; it does not
    /// keep a process from exiting, nor [`shutdown_background`](tokio::runtime::Runtime::shutdown_background) from returning.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future cancels the calls' context; a worker stops before its next item.
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
    ) -> impl Future<Output = R::All>
    where
        T: Send + 'static,
        R: PoolOutput<Output: Send + 'static, Residual: Send + 'static> + 'static,
    {
        let setup = self.setup.called(Location::caller());
        async move {
            let call = Arc::new((call, self.progress));
            let start = |tasks: &mut Tasks, worker| tasks.spawn_blocking(worker, |worker| work(worker, call.clone()));
            Shift::<_, R, FailFast, _>::begin(setup, ctx, items, Tasks::new(setup), start).finish().await
        }
    }

    /// The same as [`run_collect`](Self::run_collect) for a function that blocks.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancellation safety
    ///
    /// As [`run_blocking`](Self::run_blocking).
    #[track_caller]
    pub fn run_blocking_collect<T, R>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(&Context, T) -> R + Send + Sync + 'static,
    ) -> impl Future<Output = Vec<R>>
    where
        T: Send + 'static,
        R: Outcome + Send + 'static,
    {
        let setup = self.setup.called(Location::caller());
        async move {
            let call = Arc::new((call, self.progress));
            let start = |tasks: &mut Tasks, worker| tasks.spawn_blocking(worker, |worker| work(worker, call.clone()));
            Shift::<_, R, Collect, _>::begin(setup, ctx, items, Tasks::new(setup), start).finish().await
        }
    }
}

/// A worker that calls a closure.
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
