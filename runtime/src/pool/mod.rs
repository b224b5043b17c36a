//! [`WorkerPool`]: one function, many items, so many workers.

use std::fmt;
use std::num::NonZero;
use std::panic::Location;
use std::thread;

mod blocking;
mod chunk_size;
mod flow;
pub(crate) mod generated;
mod live_workers;
mod local;
#[cfg(all(test, taskward_loom))]
mod loom_models;
mod output;
mod outputs;
mod progress;
mod queue;
mod reorder;
mod results;
mod run;
mod run_state;
mod stream;
mod tasks;
mod waker_slot;
mod worker;
mod worker_set;

pub use self::output::PoolOutput;
pub(crate) use self::output::TaskOutput;
pub(crate) use self::progress::OnProgress;
pub use self::progress::Progress;
pub use self::results::WorkerStream;

/// Calls a function for many items, on so many workers: what [`#[worker_pool]`](macro@crate::worker_pool) stands on.
///
/// A pool is only a number, and what is to be done otherwise than usual; the workers live for one run, and none of them
/// outlives it. The model is Go's pool of goroutines around `errgroup`, and
/// [`conc`](https://github.com/sourcegraph/conc)'s result pools.
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
/// | items | workers | the first error ends it | every item has its result |
/// |---|---|---|---|
/// | an iterator | tasks | [`run`](Self::run) | [`run_collect`](Self::run_collect) |
/// | | blocking threads | [`run_blocking`](Self::run_blocking) | [`run_blocking_collect`](Self::run_blocking_collect) |
/// | | in the caller's task | [`run_local`](Self::run_local) | [`run_local_collect`](Self::run_local_collect) |
/// | a stream | tasks | [`stream`](Self::stream) | [`stream_collect`](Self::stream_collect) |
/// | | blocking threads | [`stream_blocking`](Self::stream_blocking) | [`stream_blocking_collect`](Self::stream_blocking_collect) |
/// | | in the caller's task | [`stream_local`](Self::stream_local) | [`stream_local_collect`](Self::stream_local_collect) |
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use = "a pool does nothing until it runs something"]
pub struct WorkerPool<P = ()> {
    setup: Setup,
    progress: P,
}

/// How a pool is to run.
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    workers: NonZero<usize>,
    /// `None`: as long as there are workers.
    queue: Option<NonZero<usize>>,
    in_order: bool,
    name: Option<&'static str>,
    /// Where the run was called for, or else where the pool was made.
    place: &'static Location<'static>,
}

impl Setup {
    fn called(mut self, place: &'static Location<'static>) -> Self {
        self.place = place;
        self
    }

    /// Of each of the workers.
    fn info(&self) -> crate::TaskInfo {
        crate::TaskInfo::new(self.name.map(Into::into), self.place)
    }

    fn queue(&self) -> usize {
        self.queue.unwrap_or(self.workers).get()
    }

    /// With no more workers than this.
    fn at_most(mut self, workers: usize) -> Self {
        self.workers = NonZero::new(workers).map_or(self.workers, |most| self.workers.min(most));
        self
    }

    /// With a queue of this many items for each worker.
    fn with_queue(mut self, items: usize) -> Self {
        self.queue = NonZero::new(self.workers.get().saturating_mul(items));
        self
    }
}

/// Where they were made does not count.
impl PartialEq for Setup {
    fn eq(&self, other: &Self) -> bool {
        let all = |setup: &Self| (setup.workers, setup.queue, setup.in_order, setup.name);
        all(self) == all(other)
    }
}

impl Eq for Setup {}

impl WorkerPool {
    /// A pool of so many workers. A run starts no more of them than it has items.
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
        Self { setup: Setup { workers, queue: None, in_order: true, name: None, place }, progress: () }
    }

    /// Calls `progress` after each item that is finished, from the workers: with [how far](Progress) the run is.
    ///
    /// The calls never overlap, and each says one more than the one before: keep it short, since others wait for it.
    /// Items that were interrupted, or never started, are not finished. Without it nothing is counted.
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
    pub fn progress<P: Fn(Progress)>(self, progress: P) -> WorkerPool<P> {
        WorkerPool { setup: self.setup, progress }
    }
}

impl<P> WorkerPool<P> {
    /// Outputs come in the order in which the calls finish, instead of the order of the items.
    ///
    /// Only the order changes. Where it matters which item an output belongs to, let the call return that, too.
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

    /// A stream may take so many items more than there are workers: no more than `items + workers` are alive at a time, taken
    /// from the source and not yet yielded as results. Without it, as many as there are workers.
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

    /// What the workers are called where tasks that are alive are listed: at a shutdown that they hold up.
    pub fn name(mut self, name: &'static str) -> Self {
        self.setup.name = Some(name);
        self
    }

    /// How many workers a run has at the most.
    #[must_use]
    pub const fn workers(&self) -> usize {
        self.setup.workers.get()
    }
}

/// As many workers as the machine can run at a time.
impl Default for WorkerPool {
    #[track_caller]
    fn default() -> Self {
        let workers = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        Self::of(workers, Location::caller())
    }
}

impl<P> fmt::Debug for WorkerPool<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setup, progress: _ } = self;
        f.debug_struct("WorkerPool").field("workers", &setup.workers).finish()
    }
}
