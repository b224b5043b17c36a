//! [`WorkerPool`].

use std::fmt;
use std::num::NonZero;
use std::panic::Location;
use std::thread;

use super::output::{Collect, FailFast};
use super::progress::Progress;
use super::setup::Setup;

/// Calls a function for many items on a number of workers. The engine of
/// [`#[worker_pool]`](macro@crate::worker_pool).
///
/// A pool is a set of options. The workers live for one run, and none of them outlives it.
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
///
/// | items | tasks | blocking threads | in the caller's task |
/// |---|---|---|---|
/// | an iterator | [`run`] | [`run_blocking`] | [`run_local`] |
/// | a stream | [`stream`] | [`stream_blocking`] | [`stream_local`] |
///
/// [`run`]: Self::run
/// [`run_blocking`]: Self::run_blocking
/// [`run_local`]: Self::run_local
/// [`stream`]: Self::stream
/// [`stream_blocking`]: Self::stream_blocking
/// [`stream_local`]: Self::stream_local
///
/// The first error ends a run. With [`collect`](Self::collect), every item has its own result
/// instead.
///
/// Modelled on Go's worker pools around `errgroup`, and on the result pools of
/// [`conc`](https://github.com/sourcegraph/conc).
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use = "a pool does nothing until it runs something"]
pub struct WorkerPool<P = (), M = FailFast> {
    pub(super) setup: Setup,
    pub(super) progress: P,
    /// The effect of a failure.
    pub(super) mode: M,
}

impl WorkerPool {
    /// Creates a pool of `workers` workers. A run starts no more workers than it has items.
    ///
    /// # Panics
    ///
    /// If `workers` is zero.
    ///
    /// ```
    /// use taskward::WorkerPool;
    ///
    /// let pool = WorkerPool::new(8).name("thumbnails").queue(32);
    /// assert_eq!(pool.workers(), 8);
    /// ```
    #[track_caller]
    pub const fn new(workers: usize) -> Self {
        match NonZero::new(workers) {
            Some(workers) => Self::of(workers, Location::caller()),
            None => panic!("a worker pool needs at least one worker, and was given 0"),
        }
    }

    const fn of(workers: NonZero<usize>, place: &'static Location<'static>) -> Self {
        let setup = Setup {
            workers,
            queue: None,
            in_order: true,
            name: None,
            #[cfg(feature = "metrics")]
            metrics: None,
            place,
        };
        Self { setup, progress: (), mode: FailFast }
    }
}

impl<M> WorkerPool<(), M> {
    /// Calls `progress` after each finished item, on the worker, with the [`Progress`] of the run.
    ///
    /// The calls never overlap, and each reports one more item than the one before. Keep
    /// `progress` short, since other workers wait for it. Interrupted items and items that never
    /// started do not count as finished. Without `progress`, nothing is counted.
    ///
    /// # Panics
    ///
    /// A panic in `progress` counts as a panic of the item's call.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use taskward::{Context, ContextError, WorkerPool};
    ///
    /// // Prints "1 of 3", "2 of 3", "3 of 3".
    /// let pool = WorkerPool::new(2).progress(|progress| println!("{progress}"));
    /// let ctx = Context::background();
    /// pool.run(&ctx, 0..3, |_, n: u8| async move { Ok::<_, ContextError>(n) }).await.unwrap();
    /// # }
    /// ```
    pub fn progress<P: Fn(Progress)>(self, progress: P) -> WorkerPool<P, M> {
        WorkerPool { setup: self.setup, progress, mode: self.mode }
    }
}

impl<P> WorkerPool<P> {
    /// Runs every item in spite of failures: each has its own result, in a `Vec` or as an item of
    /// the stream.
    ///
    /// If the context ends before an item's call has finished, its result is `Err(why.into())`,
    /// `None` or `()`.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use taskward::{Context, WorkerPool};
    ///
    /// let ctx = Context::background();
    /// let parsed = WorkerPool::new(2)
    ///     .collect()
    ///     .run(&ctx, ["1", "x"], |_, text: &str| async move { text.parse::<u8>().ok() })
    ///     .await;
    /// assert_eq!(parsed, [Some(1), None]);
    /// # }
    /// ```
    pub fn collect(self) -> WorkerPool<P, Collect> {
        WorkerPool { setup: self.setup, progress: self.progress, mode: Collect }
    }
}

impl<P, M> WorkerPool<P, M> {
    /// Returns outputs in the order in which the calls finish instead of the order of the items.
    ///
    /// Only the order changes. To identify the item of an output, return it from the call.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use taskward::{Context, ContextError, WorkerPool};
    ///
    /// let sorted = WorkerPool::new(3)
    ///     .unordered()
    ///     .run(&Context::background(), [3, 1, 2], |_, n: u64| async move {
    ///         tokio::time::sleep(Duration::from_millis(n)).await;
    ///         Ok::<_, ContextError>(n)
    ///     })
    ///     .await;
    /// assert_eq!(sorted.unwrap(), [1, 2, 3]);
    /// # }
    /// ```
    pub fn unordered(mut self) -> Self {
        self.setup.in_order = false;
        self
    }

    /// Sets the number of items that a stream may take in addition to one per worker: at most
    /// `items + workers` are alive at a time, taken from the source and not yet yielded as
    /// results. Defaults to the number of workers.
    ///
    /// # Panics
    ///
    /// If `items` is zero.
    #[track_caller]
    pub fn queue(mut self, items: usize) -> Self {
        match NonZero::new(items) {
            Some(items) => self.setup.queue = Some(items),
            None => panic!("the queue of a worker pool needs room for at least one item, and was given 0"),
        }
        self
    }

    /// Names the workers in reports of a shutdown that they delay.
    pub fn name(mut self, name: &'static str) -> Self {
        self.setup.name = Some(name);
        self
    }

    /// Measures the sizes of the pool's runs under `name`: `taskward_pool_queue_depth` is the
    /// number of available items that no worker has claimed, and `taskward_pool_workers` the
    /// number of live workers. Runs with the same name add up.
    ///
    /// The recorder of the crate `metrics` must be installed before the run begins. See
    /// [meters](crate::meters).
    ///
    /// ```
    /// let pool = taskward::WorkerPool::new(8).metrics("thumbnails");
    /// ```
    #[cfg(feature = "metrics")]
    pub fn metrics(mut self, name: &'static str) -> Self {
        self.setup.metrics = Some(name);
        self
    }

    /// Returns the largest number of workers of a run.
    #[must_use]
    pub const fn workers(&self) -> usize {
        self.setup.workers.get()
    }
}

/// Creates a pool with the available parallelism.
impl Default for WorkerPool {
    #[track_caller]
    fn default() -> Self {
        let workers = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        Self::of(workers, Location::caller())
    }
}

impl<P, M> fmt::Debug for WorkerPool<P, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setup, progress: _, mode: _ } = self;
        f.debug_struct("WorkerPool").field("workers", &setup.workers).finish()
    }
}
