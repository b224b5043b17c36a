//! [`TaskGroup`]: its options, spawning, and what its owner can see and end.
//!
//! In one file, because messages of the compiler name the module of an `impl` that is not beside
//! its type.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::admission::Admission;
use super::blocking::run_blocking;
use super::handle::GroupHandle;
use super::room::{self, Room};
use super::shared::Shared;
use super::spawner;
use super::task_handle::TaskHandle;
use super::try_spawn::{self, TrySpawnError};
use crate::context::Context;
use crate::error::ContextError;
use crate::payload::Payload;
use crate::pool::TaskOutput;
use crate::registry::TaskInfo;
use crate::sync::lock;

/// Tasks that belong together and to the owner of the group: none of them outlives it.
///
/// Each task gets a context of its own, which ends with the group's. The first task that fails or
/// panics ends the group at once, and nothing that is queued starts any more. [`join`](Self::join)
/// returns when every task has really stopped; dropping the group interrupts what still runs.
///
/// ```
/// use taskward::{Context, ContextError, TaskGroup, cancellable};
///
/// # #[cancellable]
/// # async fn fetch(ctx: &Context, page: u32) -> Result<u32, ContextError> {
/// #     ctx.checkpoint().await?;
/// #     Ok(page * page)
/// # }
/// #[cancellable]
/// async fn pages(ctx: &Context) -> Result<Vec<u32>, ContextError> {
///     let group = TaskGroup::new(ctx).limit(8);
///     for page in 1..=3 {
///         group.spawn(async move |ctx| fetch(&ctx, page).await).await?; // waits while eight are running
///     }
///     group.join().await // in the order of the spawns; the first error stops the rest
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() { assert_eq!(pages(&Context::background()).await.unwrap(), [1, 4, 9]) }
/// ```
///
/// The result `R` of a task is any [`PoolOutput`](crate::PoolOutput): a `Result` whose error is
/// `From<ContextError>`, an `Option` or `()`, as for [`#[worker_pool]`](macro@crate::worker_pool).
/// All tasks of a group have the same. It is inferred from the tasks; where they do not say it,
/// `Ok::<_, MyError>(…)` does, or `TaskGroup::<Result<(), MyError>>::new(ctx)`.
///
/// # How tasks stop
///
/// **A task is a call.** When the group ends, each task is interrupted exactly as [`Context::run`]
/// interrupts a future: it is dropped at its next `.await`, except what a
/// [`shield`](Context::shield) or a `#[cancellable(grace = …)]` inside it holds.
/// [`grace`](Self::grace) gives every task what `#[cancellable(grace = …)]` gives a call. A task
/// that never awaits (a blocking call, a long computation) cannot be interrupted.
///
/// A group ends when the context that it was made with ends, when a task fails or panics, when
/// [`race`](Self::race) has a winner, when its owner [cancels](Self::cancel_with) or drops it. A
/// server whose connections are to be finished makes its group with
/// `TaskGroup::new(&ctx).grace(five_seconds)`.
///
/// A group that has ended refuses: awaiting [`spawn`](Self::spawn) says why.
///
/// # Panics in tasks
///
/// A task that panics ends the group, and [`join`](Self::join) resumes the panic. A service goes on
/// instead with [`isolate_panics`](Self::isolate_panics).
///
/// # Memory
///
/// A task that has finished costs nothing but its result, which is kept until it is joined. A group
/// that serves for ever needs no memory for tasks that return `()` or `Ok(())`; errors of a group
/// that [keeps going](Self::keep_going) are taken with [`join_next`](Self::join_next).
///
/// A group inherits values, cancellation and deadline of its context, and with the feature
/// `tracing` the span of each `spawn`; nothing else.
///
/// After Go's `errgroup`, Kotlin's and Swift's task groups and Trio's nurseries; other than in
/// `errgroup` queued tasks do not start after a failure, a panic is not lost, and the context comes
/// with each task.
#[must_use = "dropping a group interrupts its tasks"]
pub struct TaskGroup<R: TaskOutput> {
    pub(super) shared: Arc<Shared<R>>,
}

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> TaskGroup<R> {
    /// An empty group whose tasks end with `ctx`.
    ///
    /// If `ctx` has ended already, no task starts.
    pub fn new(ctx: &Context) -> Self {
        Self { shared: Arc::new(Shared::new(ctx)) }
    }

    /// A name for the group, which reports add to the names of its tasks. The first name stays.
    ///
    /// ```
    /// # use taskward::{Context, TaskGroup};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background()).name("connections");
    /// _ = group.spawn_named("7", async |_| std::future::pending().await);
    /// assert!(group.tasks()[0].to_string().starts_with("`7` of `connections`, spawned at "));
    /// # }
    /// ```
    pub fn name(self, name: impl Into<Arc<str>>) -> Self {
        self.shared.set_name(name.into());
        self
    }

    /// Limits the number of tasks that run at a time; further ones are queued. See
    /// [`spawn`](Self::spawn) for the back-pressure.
    ///
    /// # Panics
    ///
    /// If `limit` is zero.
    #[track_caller]
    pub fn limit(self, limit: usize) -> Self {
        self.set_limit(limit);
        self
    }

    /// Changes the [`limit`](Self::limit) of a group that may be running: a higher one starts what
    /// is queued, a lower one lets running tasks finish.
    ///
    /// # Panics
    ///
    /// If `limit` is zero.
    #[track_caller]
    pub fn set_limit(&self, limit: usize) {
        assert!(limit > 0, "a task group with a limit of 0 would never start a task");
        lock(&self.shared.ledger).limit = limit;
        spawner::start_queued(&self.shared);
    }

    /// Lets every task that is spawned from now on run for this long after the group has ended, for
    /// its own clean-up, as `#[cancellable(grace = …)]` lets a call. What it calls with its context
    /// is interrupted at once. Without it, and with zero, a task is dropped at its next `.await`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskward::{Context, ContextError, TaskGroup, with_timeout};
    /// use tokio::time::{Instant, sleep};
    ///
    /// #[with_timeout("2s")]
    /// async fn serve(ctx: &Context) -> Result<(), ContextError> {
    ///     let group = TaskGroup::new(ctx).grace(Duration::from_secs(3));
    ///     let task = async |ctx: Context| {
    ///         let why = ctx.cancelled().await;
    ///         sleep(Duration::from_secs(1)).await; // says goodbye
    ///         Err(why)
    ///     };
    ///     group.spawn(task).await?;
    ///     group.join().await.map(|_: Vec<()>| ())
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = Instant::now();
    /// assert!(serve(&Context::background()).await.unwrap_err().is_deadline_exceeded());
    /// assert_eq!(start.elapsed(), Duration::from_secs(3));
    /// # }
    /// ```
    pub fn grace(self, grace: Duration) -> Self {
        self.shared.set_grace(grace);
        self
    }

    /// Lets the other tasks go on when one fails. A panic still ends the group, unless
    /// [`isolate_panics`](Self::isolate_panics) is set, too.
    pub fn keep_going(self) -> Self {
        self.shared.set_policy(|policy| policy.keep_going = true);
        self
    }

    /// Lets a panic fail only the task that panics: for a service, where one bad request must not
    /// stop the others.
    ///
    /// The panic hook prints the panic, and with the feature `tracing` an event of level `ERROR`
    /// names the task. The task's result says "interrupted", with the panic as the cause.
    ///
    /// ```
    /// use taskward::{Context, ContextError, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ContextError> {
    /// let group = TaskGroup::new(&Context::background()).isolate_panics();
    /// for n in [4, 0, 2] {
    ///     group.spawn(async move |_| Ok::<u32, ContextError>(8 / n)).await?;
    /// }
    /// let results = group.join_all().await;
    /// assert_eq!((results[0].as_ref().unwrap(), results[2].as_ref().unwrap()), (&2, &4));
    /// assert!(results[1].as_ref().unwrap_err().to_string().ends_with("panicked: attempt to divide by zero"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn isolate_panics(self) -> Self {
        self.shared.set_policy(|policy| policy.isolate_panics = true);
        self
    }

    /// A weak handle, for tasks that spawn siblings, and for whoever ends, counts or waits for the
    /// tasks without owning them.
    #[must_use]
    pub fn handle(&self) -> GroupHandle<R> {
        GroupHandle::new(&self.shared)
    }

    /// Runs `task` as a task of its own, or queues it if the group is at its
    /// [`limit`](Self::limit).
    ///
    /// `task` is called at once, with the context that the task is to pass on; the future that it
    /// makes starts as soon as there is room. Awaiting the [`Admission`] waits for that, so that
    /// the queue does not grow without bound, and says whether the group refused the task:
    ///
    /// ```
    /// # use taskward::{Context, ContextError, TaskGroup};
    /// # async fn serve(_: u32, _: Context) -> Result<(), ContextError> { Ok(()) }
    /// # async fn run(ctx: &Context) -> Result<(), ContextError> {
    /// let group = TaskGroup::new(ctx).limit(100);
    /// for request in 0..10_000 {
    ///     group.spawn(move |ctx| serve(request, ctx)).await?;
    /// }
    /// group.join().await?;
    /// # Ok(())
    /// # }
    /// # #[tokio::main]
    /// # async fn main() { run(&Context::background()).await.unwrap() }
    /// ```
    ///
    /// A task owns what it uses: what it borrows would have to live for ever. A function that
    /// borrows the context is called as `async move |ctx| work(&ctx).await`, which keeps the
    /// context in the task; `|ctx| work(&ctx)` does not compile. What several tasks share is cloned
    /// for each before the closure, as an `Arc`. For borrows there is
    /// [`#[worker_pool(local)]`](macro@crate::worker_pool#local).
    ///
    /// A group that has ended refuses the task: `task` is not called, and nothing of it is kept. A
    /// task of the group that awaits room in its own full group waits for itself if every running
    /// task does; see [`GroupHandle::spawn`].
    ///
    /// # Panics
    ///
    /// If the first task of a group is spawned outside of a Tokio runtime; or, with a deadline, in
    /// one whose timers are not enabled. All its tasks run on that one.
    #[track_caller]
    pub fn spawn<F>(&self, task: impl FnOnce(Context) -> F) -> Admission<R>
    where
        F: Future<Output = R> + Send + 'static,
    {
        Admission::spawn(&self.shared, None, Location::caller(), task)
    }

    /// The same as [`spawn`](Self::spawn), with a name for [`tasks`](Self::tasks) and for what is
    /// said of the task.
    ///
    /// # Panics
    ///
    /// As [`spawn`](Self::spawn).
    #[track_caller]
    pub fn spawn_named<F>(&self, name: impl Into<Cow<'static, str>>, task: impl FnOnce(Context) -> F) -> Admission<R>
    where
        F: Future<Output = R> + Send + 'static,
    {
        Admission::spawn(&self.shared, Some(name.into()), Location::caller(), task)
    }

    /// Runs `task`, which may block, on a thread of Tokio's blocking pool, as a task of the group:
    /// limited, joined and named like the others.
    ///
    /// A thread cannot be interrupted: `task` looks at its context, and [`join`](Self::join) waits
    /// until it has returned. A task that has not got a thread when the group ends never starts.
    /// [`Context::current`] is its context.
    ///
    /// ```
    /// use taskward::{Context, ContextError, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ContextError> {
    /// let group = TaskGroup::new(&Context::background());
    /// let sum = |ctx: Context| {
    ///     let mut sum = 0_u64;
    ///     for n in 0..1_000_000 {
    ///         if n % 4096 == 0 {
    ///             ctx.check()?;
    ///         }
    ///         sum += n;
    ///     }
    ///     Ok::<_, ContextError>(sum)
    /// };
    /// group.spawn_blocking(sum).await?;
    /// assert_eq!(group.join().await?, [499_999_500_000]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`spawn`](Self::spawn).
    #[track_caller]
    pub fn spawn_blocking(&self, task: impl FnOnce(Context) -> R + Send + 'static) -> Admission<R> {
        Admission::spawn(&self.shared, None, Location::caller(), |ctx| run_blocking(ctx, task))
    }

    /// Runs `task` if there is room for it right now.
    ///
    /// # Errors
    ///
    /// Gives `task` back, without having called it, if the group is at its limit or has ended.
    ///
    /// # Panics
    ///
    /// As [`spawn`](Self::spawn).
    #[track_caller]
    pub fn try_spawn<F, T>(&self, task: T) -> Result<TaskHandle, TrySpawnError<T>>
    where
        T: FnOnce(Context) -> F,
        F: Future<Output = R> + Send + 'static,
    {
        try_spawn::try_spawn(&self.shared, task)
    }

    /// Waits until there is room for one more task, and reserves it: what a server waits for
    /// *before* it accepts a connection.
    ///
    /// Without a [`limit`](Self::limit) there always is.
    ///
    /// ```no_run
    /// # use taskward::{Context, ContextError, TaskGroup};
    /// # use tokio::net::{TcpListener, TcpStream};
    /// # async fn serve(_: Context, _: TcpStream) {}
    /// # async fn run(ctx: &Context, listener: TcpListener) -> std::io::Result<()> {
    /// let connections = TaskGroup::new(ctx).limit(1000);
    /// loop {
    ///     let room = connections.room().await?;
    ///     let (stream, _) = ctx.run(listener.accept()).await??;
    ///     room.spawn(move |ctx| serve(ctx, stream))?;
    /// }
    /// # }
    /// ```
    ///
    /// A task that awaits room in its own full group waits for itself if every running task does.
    ///
    /// # Errors
    ///
    /// Why the group has ended, if it has.
    ///
    /// # Cancellation safety
    ///
    /// Nothing is lost if it is dropped.
    pub async fn room(&self) -> Result<Room<'_, R>, ContextError> {
        room::room(&self.shared).await
    }

    /// The group's own context, of which each task gets a child: for what the owner does beside the
    /// tasks, and should stop with them.
    #[must_use]
    pub fn ctx(&self) -> &Context {
        &self.shared.ctx
    }

    /// Ends the group: the tasks' contexts end, nothing that is queued starts any more, and what is
    /// spawned from now on does not either. Does nothing if it has ended already. To wait until all
    /// have stopped, [`join`](Self::join); a task that had finished keeps its result.
    ///
    /// ```
    /// # use taskward::{Context, ContextError, TaskGroup};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let heartbeat = TaskGroup::new(&Context::background());
    /// _ = heartbeat.spawn(async |ctx: Context| Err::<(), ContextError>(ctx.cancelled().await));
    /// heartbeat.cancel_with("the work is done");
    /// assert_eq!(heartbeat.join().await.unwrap_err().to_string(), "cancelled: the work is done");
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If a hook of [`Context::on_cancel`] panics, with its message, after all the others have run.
    pub fn cancel_with(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) {
        self.shared.cancel_with(cause);
    }

    /// The same as [`cancel_with`](Self::cancel_with), without a reason.
    ///
    /// # Panics
    ///
    /// As [`cancel_with`](Self::cancel_with).
    pub fn cancel(&self) {
        self.shared.cancel();
    }

    /// The tasks that are running, each with its name and the place where it was spawned.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.shared.tasks()
    }

    /// The number of tasks that have not finished, the queued ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Whether all tasks have finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Spawns every task, without waiting for room.
impl<R, T, F> Extend<T> for TaskGroup<R>
where
    R: TaskOutput<Output: Send, Residual: Send> + Send + 'static,
    T: FnOnce(Context) -> F,
    F: Future<Output = R> + Send + 'static,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = T>>(&mut self, tasks: I) {
        let place = Location::caller();
        for task in tasks {
            drop(Admission::spawn(&self.shared, None, place, task));
        }
    }
}

/// Interrupts what still runs.
impl<R: TaskOutput> Drop for TaskGroup<R> {
    fn drop(&mut self) {
        if !thread::panicking() {
            return self.shared.cancel();
        }
        // A hook's panic during another one would abort the process.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| self.shared.cancel())) {
            drop(Payload::new(payload));
        }
    }
}

impl<R: TaskOutput> fmt::Debug for TaskGroup<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskGroup").field("tasks", &self.shared.tasks()).finish_non_exhaustive()
    }
}
