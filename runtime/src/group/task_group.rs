//! [`TaskGroup`]: its options, spawning, and the owner's view and control of the tasks.
//!
//! A single file, because compiler messages name the module of an `impl` that is not beside its
//! type.

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
use crate::registry::TaskInfo;
use crate::task_output::TaskOutput;

/// A group of tasks that do not outlive the owner of the group.
///
/// Each task gets its own context, which ends with the group's. The first task that fails or
/// panics ends the group at once, and queued tasks do not start any more. [`join`](Self::join)
/// returns when every task has really stopped. Dropping the group interrupts the running tasks.
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
///         // Waits while eight are running.
///         group.spawn(async move |ctx| fetch(&ctx, page).await).await?;
///     }
///     group.join().await // in the order of the spawns; the first error stops the rest
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() { assert_eq!(pages(&Context::background()).await.unwrap(), [1, 4, 9]) }
/// ```
///
/// The result type `R` of the tasks is any [`PoolOutput`](crate::PoolOutput): a `Result` whose
/// error is `From<ContextError>`, an `Option` or `()`, as for
/// [`#[worker_pool]`](macro@crate::worker_pool). All tasks of a group have the same result type.
/// It is inferred from the tasks; if they leave it open, write `Ok::<_, MyError>(…)` or
/// `TaskGroup::<Result<(), MyError>>::new(ctx)`.
///
/// # How tasks stop
///
/// **A task is a call.** When the group ends, each task is interrupted exactly as [`Context::run`]
/// interrupts a future: it is dropped at its next `.await`, unless a [`shield`](Context::shield)
/// or a `#[cancellable(grace = …)]` inside it delays that. [`grace`](Self::grace) gives every task
/// the time that `#[cancellable(grace = …)]` gives a call. A task that never awaits (a blocking
/// call, a long computation) cannot be interrupted.
///
/// A group ends when its parent context ends, when a task fails or panics, when
/// [`race`](Self::race) has a winner, or when its owner [cancels](Self::cancel_with) or drops it.
/// A server that must finish its connections creates its group with
/// `TaskGroup::new(&ctx).grace(five_seconds)`.
///
/// An ended group refuses tasks; awaiting [`spawn`](Self::spawn) returns the reason.
///
/// # Panics in tasks
///
/// A task that panics ends the group, and [`join`](Self::join) resumes the panic. A service keeps
/// running instead with [`isolate_panics`](Self::isolate_panics).
///
/// # Memory
///
/// A finished task costs nothing but its result, which is kept until it is joined. A group that
/// serves forever needs no memory for tasks that return `()` or `Ok(())`; take the errors of a
/// group that [keeps going](Self::keep_going) with [`join_next`](Self::join_next).
///
/// A group inherits the values, cancellation and deadline of its context and, with the feature
/// `tracing`, the span of each `spawn`; nothing else.
///
/// Modelled on Go's `errgroup`, the task groups of Kotlin and Swift, and Trio's nurseries. Unlike
/// in `errgroup`, queued tasks do not start after a failure, panics are not lost, and each task
/// gets the context.
#[must_use = "dropping a group interrupts its tasks"]
pub struct TaskGroup<R: TaskOutput> {
    pub(super) shared: Arc<Shared<R>>,
}

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> TaskGroup<R> {
    /// Creates an empty group whose tasks end with `ctx`.
    ///
    /// If `ctx` has already ended, no task starts.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (ctx, canceller) = Context::background().with_cancel();
    /// let group = TaskGroup::<Option<()>>::new(&ctx);
    /// _ = group.spawn(async |ctx| ctx.cancelled().await.is_cancelled().then_some(()));
    /// canceller.cancel();
    /// assert_eq!(group.join().await, None);
    /// # }
    /// ```
    pub fn new(ctx: &Context) -> Self {
        Self { shared: Arc::new(Shared::new(ctx)) }
    }

    /// Names the group. Reports add the name to those of its tasks. Only the first call has an
    /// effect.
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

    /// Measures the size of the group under `name`: `taskward_group_tasks` is the number of tasks
    /// that run or wait for room, and `taskward_group_queue_depth` the number of those waiting.
    /// Groups with the same name add up. Only the first call has an effect.
    ///
    /// Install the recorder of the crate `metrics` first. See [meters](crate::meters).
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// let group = TaskGroup::<()>::new(&Context::background()).limit(1000).metrics("connections");
    /// ```
    #[cfg(feature = "metrics")]
    pub fn metrics(self, name: &'static str) -> Self {
        self.shared.gauges.set_name(name);
        // A finished task must not stay counted.
        self.shared.ledger().is_each_recorded = true;
        self
    }

    /// Limits the number of tasks that run at a time; further tasks are queued. See
    /// [`spawn`](Self::spawn) for back-pressure.
    ///
    /// # Panics
    ///
    /// If `limit` is zero.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<Option<u32>>::new(&Context::background()).limit(2);
    /// for i in 0..5 {
    ///     _ = group.spawn(move |_| async move { Some(i) }).await; // waits while two tasks run
    /// }
    /// assert_eq!(group.join().await, Some(vec![0, 1, 2, 3, 4]));
    /// # }
    /// ```
    #[track_caller]
    pub fn limit(self, limit: usize) -> Self {
        self.set_limit(limit);
        self
    }

    /// Changes the [`limit`](Self::limit) of a group, which may be running. A higher limit starts
    /// queued tasks; a lower one lets running tasks finish.
    ///
    /// # Panics
    ///
    /// If `limit` is zero.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// let group = TaskGroup::<()>::new(&Context::background()).limit(1);
    /// group.set_limit(8);
    /// ```
    #[track_caller]
    pub fn set_limit(&self, limit: usize) {
        assert!(limit > 0, "a task group with a limit of 0 would never start a task");
        self.shared.ledger().limit = limit;
        spawner::start_queued(&self.shared);
    }

    /// Gives every task spawned from now on this much time for its clean-up after the group has
    /// ended, as `#[cancellable(grace = …)]` gives a call. Calls that the task makes with its
    /// context are interrupted at once. With zero, the default, a task is dropped at its next
    /// `.await`.
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
    /// [`isolate_panics`](Self::isolate_panics) is also set.
    ///
    /// ```
    /// use taskward::{Context, ContextError, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ctx = Context::background();
    /// let group = TaskGroup::<Result<u32, ContextError>>::new(&ctx).keep_going();
    /// _ = group.spawn(|_| async { Err(ContextError::Cancelled(Default::default())) });
    /// _ = group.spawn(|_| async { Ok(1) });
    /// let results = group.join_all().await;
    /// assert!(results[0].is_err() && results[1].is_ok());
    /// # }
    /// ```
    pub fn keep_going(self) -> Self {
        self.shared.set_policy(|policy| policy.keep_going = true);
        self
    }

    /// Makes a panic fail only the task that panics. For services, in which one bad request must
    /// not stop the others.
    ///
    /// The panic hook prints the panic, and with the feature `tracing` an `ERROR` event names the
    /// task. The task's result represents an interruption, with the panic as its cause.
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
    /// let why = results[1].as_ref().unwrap_err().to_string();
    /// assert!(why.ends_with("panicked: attempt to divide by zero"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn isolate_panics(self) -> Self {
        self.shared.set_policy(|policy| policy.isolate_panics = true);
        self
    }

    /// Returns a weak handle, with which tasks spawn siblings, and other code ends, counts or
    /// awaits the tasks without owning them.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background());
    /// let siblings = group.handle();
    /// _ = group.spawn(async move |_| _ = siblings.spawn(|_| async {}));
    /// siblings_are_done(&group).await;
    /// # async fn siblings_are_done(group: &TaskGroup<()>) { group.handle().idle().await }
    /// # }
    /// ```
    #[must_use]
    pub fn handle(&self) -> GroupHandle<R> {
        GroupHandle::new(&self.shared)
    }

    /// Runs `task` as a new task, or queues it if the group is at its [`limit`](Self::limit).
    ///
    /// Calls `task` at once with the task's context; the future that it returns starts as soon as
    /// there is room. Awaiting the [`Admission`] waits for that, so that the queue does not grow
    /// without bound, and reports if the group refused the task:
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
    /// A task must own its data, because borrows would have to be `'static`. To call a function
    /// that borrows the context, write `async move |ctx| work(&ctx).await`, which keeps the
    /// context in the task; `|ctx| work(&ctx)` does not compile. Clone shared data for each task
    /// before the closure, as an `Arc`. To borrow, use
    /// [`#[worker_pool(local)]`](macro@crate::worker_pool#local).
    ///
    /// An ended group refuses the task: `task` is not called, and is dropped. A task of the group
    /// must not await this future while the group is full; see [`GroupHandle::spawn`].
    ///
    /// # Panics
    ///
    /// If the first task of a group is spawned outside of a Tokio runtime, or, with a deadline, in
    /// a runtime without timers. All its tasks run on that runtime.
    #[track_caller]
    pub fn spawn<F>(&self, task: impl FnOnce(Context) -> F) -> Admission<R>
    where
        F: Future<Output = R> + Send + 'static,
    {
        Admission::spawn(&self.shared, None, Location::caller(), task)
    }

    /// Like [`spawn`](Self::spawn), with a name for [`tasks`](Self::tasks) and for reports.
    ///
    /// # Panics
    ///
    /// As [`spawn`](Self::spawn) does.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background());
    /// let task = group.spawn_named("heartbeat", |_| async {}).await.unwrap();
    /// assert_eq!(task.name(), Some("heartbeat"));
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn_named<F>(&self, name: impl Into<Cow<'static, str>>, task: impl FnOnce(Context) -> F) -> Admission<R>
    where
        F: Future<Output = R> + Send + 'static,
    {
        Admission::spawn(&self.shared, Some(name.into()), Location::caller(), task)
    }

    /// Runs `task`, which may block, on a thread of Tokio's blocking pool, as a task of the group:
    /// it is limited, joined and named like the others.
    ///
    /// A thread cannot be interrupted: `task` must check its context, and [`join`](Self::join)
    /// waits until it has returned. A task without a thread at the end of the group never starts.
    /// Inside, [`Context::current`] is the task's context.
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
    /// As [`spawn`](Self::spawn) does.
    #[track_caller]
    pub fn spawn_blocking(&self, task: impl FnOnce(Context) -> R + Send + 'static) -> Admission<R> {
        Admission::spawn(&self.shared, None, Location::caller(), |ctx| run_blocking(ctx, task))
    }

    /// Runs `task` if there is room for it now.
    ///
    /// # Errors
    ///
    /// Returns `task` without calling it if the group is at its limit or has ended.
    ///
    /// # Panics
    ///
    /// As [`spawn`](Self::spawn) does.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background()).limit(1);
    /// assert!(group.try_spawn(|_| async {}).is_ok());
    /// assert!(group.try_spawn(|_| async {}).unwrap_err().is_full());
    /// # }
    /// ```
    #[track_caller]
    pub fn try_spawn<F, T>(&self, task: T) -> Result<TaskHandle, TrySpawnError<T>>
    where
        T: FnOnce(Context) -> F,
        F: Future<Output = R> + Send + 'static,
    {
        try_spawn::try_spawn(&self.shared, task)
    }

    /// Waits until there is room for one more task, and reserves it. A server calls this *before*
    /// it accepts a connection.
    ///
    /// Without a [`limit`](Self::limit) there is always room.
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
    /// A task of the group must not await this future while the group is full: if every running
    /// task does, none of them ever finishes.
    ///
    /// # Errors
    ///
    /// Returns the reason if the group has ended.
    ///
    /// # Cancellation safety
    ///
    /// Cancel safe.
    pub async fn room(&self) -> Result<Room<'_, R>, ContextError> {
        room::room(&self.shared).await
    }

    /// Returns the group's own context, the parent of the tasks' contexts. For work that the owner
    /// does beside the tasks and that should stop with them.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background());
    /// group.cancel();
    /// assert!(group.ctx().has_ended());
    /// # }
    /// ```
    #[must_use]
    pub fn ctx(&self) -> &Context {
        &self.shared.ctx
    }

    /// Ends the group: the tasks' contexts end, queued tasks do not start any more, and later
    /// spawns are refused. Does nothing if the group has already ended. To wait until all tasks
    /// have stopped, [`join`](Self::join) the group; tasks that had finished keep their results.
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
    /// If a hook of [`Context::on_cancel`] panics. All other hooks run first.
    pub fn cancel_with(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) {
        self.shared.cancel_with(cause);
    }

    /// Like [`cancel_with`](Self::cancel_with), without a cause.
    ///
    /// # Panics
    ///
    /// As [`cancel_with`](Self::cancel_with) does.
    pub fn cancel(&self) {
        self.shared.cancel();
    }

    /// Returns the running tasks, with their names and the places where they were spawned.
    ///
    /// ```
    /// use taskward::{Context, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<()>::new(&Context::background());
    /// _ = group.spawn_named("heartbeat", async |ctx| _ = ctx.cancelled().await);
    /// assert_eq!(group.tasks()[0].name(), Some("heartbeat"));
    /// assert_eq!(group.len(), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.shared.tasks()
    }

    /// Returns the number of unfinished tasks, including queued ones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Returns whether all tasks have finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Spawns every task without waiting for room.
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

/// Interrupts the running tasks.
impl<R: TaskOutput> Drop for TaskGroup<R> {
    fn drop(&mut self) {
        if !thread::panicking() {
            return self.shared.cancel();
        }
        // A hook's panic during another panic would abort the process.
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
