//! [`WorkerPool`]: one function, many items, so many workers.

use std::fmt;
use std::future::Future;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use crate::context::Context;
use crate::outcome::Outcome;

mod claims;
mod desk;
mod floor;
mod gather;
pub(crate) mod generated;
#[cfg(all(test, taskward_loom))]
mod loom_models;
mod output;
mod run;

use self::desk::Desk;
use self::generated::{run_threads, run_workers};
pub use self::output::PoolOutput;
use self::output::{Collect, FailFast};

/// Calls a function for many items, on so many workers: what [`#[worker_pool]`](macro@crate::worker_pool) stands on.
///
/// A pool is only a number; the workers live for one run, and none of them outlives it. The model is Go's pool of
/// goroutines around `errgroup`, and [`conc`](https://github.com/sourcegraph/conc)'s result pools.
///
/// ```
/// use taskward::{Context, ContextError, WorkerPool};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), ContextError> {
/// let lengths = WorkerPool::new(8)
///     .run(&Context::background(), ["one", "three"], |ctx, word: &str| async move {
///         ctx.checkpoint().await?;
///         Ok::<_, ContextError>(word.len())
///     })
///     .await?;
/// assert_eq!(lengths, [3, 5]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use = "a pool does nothing until it runs something"]
pub struct WorkerPool {
    workers: NonZero<usize>,
}

impl WorkerPool {
    /// A pool of so many workers. A run starts no more of them than it has items.
    ///
    /// # Panics
    ///
    /// If `workers` is zero.
    #[track_caller]
    pub const fn new(workers: usize) -> Self {
        match NonZero::new(workers) {
            Some(workers) => Self { workers },
            None => panic!("a worker pool needs at least one worker, and was given 0"),
        }
    }

    /// How many workers a run has at the most.
    #[must_use]
    pub const fn workers(&self) -> usize {
        self.workers.get()
    }

    /// Calls `call` for each item, and returns the outputs in the order of the items.
    ///
    /// `call` gets a context that ends with `ctx`, and with the run. All items are taken from the iterator before the first
    /// call. No items: an empty result.
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
    pub async fn run<T, R, F>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(Context, T) -> F + Send + Sync + 'static,
    ) -> R::All
    where
        T: Send + 'static,
        F: Future<Output = R> + Send + 'static,
        R: PoolOutput<Output: Send + 'static, Residual: Send + 'static> + 'static,
    {
        let call = Arc::new(call);
        run_workers::<FailFast, _, R, _>(self, ctx, items, |desk| work(desk, call.clone())).await
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
    pub async fn run_collect<T, R, F>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(Context, T) -> F + Send + Sync + 'static,
    ) -> Vec<R>
    where
        T: Send + 'static,
        F: Future<Output = R> + Send + 'static,
        R: Outcome + Send + 'static,
    {
        let call = Arc::new(call);
        run_workers::<Collect, _, R, _>(self, ctx, items, |desk| work(desk, call.clone())).await
    }

    /// The same as [`run`](Self::run) for a function that blocks: each worker is a thread of Tokio's blocking pool.
    ///
    /// A thread cannot be interrupted: the call looks at its context now and then, and the run returns only when
    /// it has returned.
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
    pub async fn run_blocking<T, R>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(&Context, T) -> R + Send + Sync + 'static,
    ) -> R::All
    where
        T: Send + 'static,
        R: PoolOutput<Output: Send + 'static, Residual: Send + 'static> + 'static,
    {
        let call = Arc::new(call);
        run_threads::<FailFast, _, R, _>(self, ctx, items, |desk| work_blocking(desk, call.clone())).await
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
    pub async fn run_blocking_collect<T, R>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(&Context, T) -> R + Send + Sync + 'static,
    ) -> Vec<R>
    where
        T: Send + 'static,
        R: Outcome + Send + 'static,
    {
        let call = Arc::new(call);
        run_threads::<Collect, _, R, _>(self, ctx, items, |desk| work_blocking(desk, call.clone())).await
    }
}

/// A worker that calls a closure.
async fn work<T, R, P: output::Policy<R>, F: Future<Output = R>>(
    mut desk: Desk<T, R, P>,
    call: Arc<impl Fn(Context, T) -> F>,
) {
    while let Some(item) = desk.next().await {
        let result = call(desk.ctx().clone(), item).await;
        desk.put(result);
    }
}

fn work_blocking<T, R, P: output::Policy<R>>(
    mut desk: Desk<T, R, P>,
    call: Arc<impl Fn(&Context, T) -> R>,
) -> impl FnOnce() {
    move || {
        while let Some(item) = desk.next_blocking() {
            let result = call(desk.ctx(), item);
            desk.put(result);
        }
    }
}

/// As many workers as the machine can run at a time.
impl Default for WorkerPool {
    fn default() -> Self {
        Self { workers: thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN) }
    }
}

impl fmt::Debug for WorkerPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerPool").field("workers", &self.workers).finish()
    }
}
