//! [`WorkerPool`].

use std::fmt;
use std::num::NonZero;
use std::panic::Location;
use std::thread;

use super::output::{Collect, FailFast};
use super::progress::Progress;
use super::setup::Setup;

/// Calls a function for many items, on a number of workers: what
/// [`#[worker_pool]`](macro@crate::worker_pool) stands on.
///
/// A pool is a number and a few options. The workers live for one run, and none of them outlives
/// it.
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
/// | an iterator | [`run`](Self::run) | [`run_blocking`](Self::run_blocking) | [`run_local`](Self::run_local) |
/// | a stream | [`stream`](Self::stream) | [`stream_blocking`](Self::stream_blocking) | [`stream_local`](Self::stream_local) |
///
/// The first error ends a run. After [`collect`](Self::collect), every item has its result.
///
/// Modelled on Go's pool of goroutines around `errgroup`, and on
/// [`conc`](https://github.com/sourcegraph/conc)'s result pools.
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use = "a pool does nothing until it runs something"]
pub struct WorkerPool<P = (), M = FailFast> {
    pub(super) setup: Setup,
    pub(super) progress: P,
    /// What a failure does.
    pub(super) mode: M,
}

impl WorkerPool {
    /// Creates a pool of `workers` workers. A run starts no more of them than it has items.
    ///
    /// # Panics
    ///
    /// If `workers` is zero.
    #[track_caller]
    pub const fn new(workers: usize) -> Self {
        match NonZero::new(workers) {
            Some(workers) => Self::of(workers, Location::caller()),
            None => panic!("a worker pool needs at least one worker, and was given 0"),
        }
    }

    const fn of(workers: NonZero<usize>, place: &'static Location<'static>) -> Self {
        let setup = Setup { workers, queue: None, in_order: true, name: None, place };
        Self { setup, progress: (), mode: FailFast }
    }
}

impl<M> WorkerPool<(), M> {
    /// Calls `progress` after each finished item, on the worker, with the [state](Progress) of the
    /// run.
    ///
    /// The calls never overlap, and each says one more than the one before: keep it short, since
    /// others wait for it. Items that were interrupted, or never started, are not finished. Without
    /// it nothing is counted.
    ///
    /// # Panics
    ///
    /// A `progress` that panics is a call that panics.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use taskward::{Context, ContextError, WorkerPool};
    ///
    /// let pool = WorkerPool::new(2).progress(|progress| println!("{progress}")); // 1 of 3, 2 of 3, 3 of 3
    /// pool.run(&Context::background(), 0..3, |_, n: u8| async move { Ok::<_, ContextError>(n) }).await.unwrap();
    /// # }
    /// ```
    pub fn progress<P: Fn(Progress)>(self, progress: P) -> WorkerPool<P, M> {
        WorkerPool { setup: self.setup, progress, mode: self.mode }
    }
}

impl<P> WorkerPool<P> {
    /// Makes failures end nothing: every item has its own result, in a `Vec` or as an item of the
    /// stream.
    ///
    /// If the context ends before an item's call is done, its result is `Err(why.into())`, `None`
    /// or `()`.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use taskward::{Context, WorkerPool};
    ///
    /// let parsed = WorkerPool::new(2)
    ///     .collect()
    ///     .run(&Context::background(), ["1", "x"], |_, text: &str| async move { text.parse::<u8>().ok() })
    ///     .await;
    /// assert_eq!(parsed, [Some(1), None]);
    /// # }
    /// ```
    pub fn collect(self) -> WorkerPool<P, Collect> {
        WorkerPool { setup: self.setup, progress: self.progress, mode: Collect }
    }
}

impl<P, M> WorkerPool<P, M> {
    /// Returns outputs in the order in which the calls finish, instead of the order of the items.
    ///
    /// Only the order changes. To know the item of an output, let the call return it, too.
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

    /// Sets the number of items that a stream may take beyond one for each worker: no more than
    /// `items + workers` are alive at a time, taken from the source and not yet yielded as results.
    /// The default is the number of workers.
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

    /// Names the workers, for the report of a shutdown that they hold up.
    pub fn name(mut self, name: &'static str) -> Self {
        self.setup.name = Some(name);
        self
    }

    /// Returns the largest number of workers of a run.
    #[must_use]
    pub const fn workers(&self) -> usize {
        self.setup.workers.get()
    }
}

/// A pool with the available parallelism.
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
