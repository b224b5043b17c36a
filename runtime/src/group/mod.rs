//! [`TaskGroup`]: tasks that do not outlive their owner.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::context::Context;
use crate::pool::TaskOutput;
use crate::registry::TaskInfo;

mod admission;
mod ending;
mod handles;
mod job;
mod join;
mod outcomes;
mod place;
mod runner;
mod shared;

pub use self::admission::{Admission, TrySpawnError};
use self::job::Job;
use self::outcomes::Verdict;
use self::shared::Shared;

/// Tasks that belong together and to the one who holds the group: none of them outlives it.
///
/// Each task gets a context of its own, which ends with the group's. The first task that fails or panics ends that of all
/// the others, at once, and nothing that is queued starts any more. [`join`](Self::join) returns when every task has
/// really stopped; dropping the group aborts what still runs.
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
/// The result `R` of a task is any [`PoolOutput`](crate::PoolOutput): a `Result` whose error is `From<ContextError>`, an `Option` or
/// `()`, as for [`#[worker_pool]`](macro@crate::worker_pool). All tasks of a group have the same. It is inferred from the tasks; where they do
/// not say it, `Ok::<_, MyError>(…)` does, or `TaskGroup::<Result<(), MyError>>::new(ctx)`.
///
/// # How tasks stop
///
/// When the group ends (the context that it was made with ends, a task fails, [`race`](Self::race) has a winner, its owner
/// [cancels](Self::cancel_with) it), the tasks' contexts end. A task that holds its context then can see that, and may finish in
/// its own way; one that has let go of it cannot, and is aborted: dropped at its next `.await`. (`|_| async { … }` lets go at once;
/// an async closure, `async |_| …`, holds its arguments until its end.) What was derived from its context counts as holding it, and so does a
/// hook that was [left](crate::CancelHook::forget) on it; another context does not, even if it ends too. What is left after the [`grace`](Self::grace) is aborted, too, while somebody
/// joins. What a task does not do in an `async` way (a blocking call) cannot be interrupted.
///
/// What tasks return is kept until they are joined. A group that serves for ever needs no memory for tasks that return `()` or
/// `Ok(())`; with [`keep_going`](Self::keep_going), it does for failures.
///
/// A group inherits values, cancellation and deadline of its context, and with the feature `tracing` the span of each
/// `spawn`; nothing else.
///
/// After Go's `errgroup`, Kotlin's and Swift's task groups and Trio's nurseries; other than in `errgroup` queued tasks do not
/// start after a failure, a panic is not lost, and the context comes with each task.
#[must_use = "dropping a group aborts its tasks"]
pub struct TaskGroup<R: TaskOutput> {
    shared: Arc<Shared<R>>,
    grace: Option<Duration>,
}

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> TaskGroup<R> {
    /// An empty group whose tasks end with `ctx`.
    ///
    /// If `ctx` has ended already, no task starts.
    pub fn new(ctx: &Context) -> Self {
        Self { shared: Arc::new(Shared::new(ctx)), grace: None }
    }

    /// At most so many tasks run at a time; further ones are queued. See [`spawn`](Self::spawn) for the back-pressure.
    ///
    /// # Panics
    ///
    /// If `limit` is zero.
    #[track_caller]
    pub fn limit(self, limit: usize) -> Self {
        self.set_limit(limit);
        self
    }

    /// Changes the [`limit`](Self::limit) of a group that may be running: a higher one starts what is queued, a lower one
    /// lets running tasks finish.
    ///
    /// # Panics
    ///
    /// If `limit` is zero.
    #[track_caller]
    pub fn set_limit(&self, limit: usize) {
        assert!(limit > 0, "a task group with a limit of 0 would never start a task");
        self.shared.set_limit(limit);
    }

    /// How long tasks that still hold their context may take to stop after the group has ended. What runs then is aborted by
    /// [`join`](Self::join), [`join_all`](Self::join_all) or [`race`](Self::race). Zero: at once. Unless set, it is 5 seconds.
    ///
    /// One that is set holds against the calls around, too: a `#[cancellable]` or `#[with_timeout]` call that is interrupted while it
    /// joins waits until the tasks have stopped, and is dropped then. Otherwise it is dropped at once, the group with it, and
    /// the tasks are aborted.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskward::{Context, ContextError, TaskGroup, with_timeout};
    /// use tokio::time::{Instant, sleep};
    ///
    /// #[with_timeout("2s")]
    /// async fn serve(ctx: &Context) -> Result<(), ContextError> {
    ///     let group = TaskGroup::new(ctx).grace(Duration::from_secs(3));
    ///     group.spawn(async |ctx: Context| {
    ///         let why = ctx.cancelled().await;
    ///         sleep(Duration::from_secs(1)).await; // says goodbye
    ///         Err(why)
    ///     });
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
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// A task that fails does not stop the others. One that panics does.
    pub fn keep_going(self) -> Self {
        self.shared.keep_going();
        self
    }

    /// Runs `task` as a task of its own, or queues it if the group is at its [`limit`](Self::limit).
    ///
    /// `task` is called at once, with the context that the task is to pass on; the future that it makes starts as soon
    /// as there is room. To wait for that, and so not to queue without bound, `.await` what is returned:
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
    /// A task owns what it uses: what it borrows would have to live for ever. A function that borrows the context is called as
    /// `async move |ctx| work(&ctx).await`, which keeps the context in the task; `|ctx| work(&ctx)` does not compile. What several tasks
    /// share is cloned for each before the closure, as an `Arc`. For borrows there is [`#[worker_pool(local)]`](macro@crate::worker_pool#local).
    ///
    /// In a group that has ended the task does not start: its result says "interrupted", and the `.await` says why.
    ///
    /// # Panics
    ///
    /// If the first task of a group is spawned outside of a Tokio runtime; or, with a deadline, in one whose timers are not enabled. All
    /// its tasks run on that one.
    #[track_caller]
    pub fn spawn<F>(&self, task: impl FnOnce(Context) -> F) -> Admission<R>
    where
        F: Future<Output = R> + Send + 'static,
    {
        self.admit(TaskInfo::new(None, Location::caller()), task)
    }

    /// The same as [`spawn`](Self::spawn), with a name for [`tasks`](Self::tasks) and for what is said of the task.
    ///
    /// # Panics
    ///
    /// As [`spawn`](Self::spawn).
    #[track_caller]
    pub fn spawn_named<F>(&self, name: impl Into<Cow<'static, str>>, task: impl FnOnce(Context) -> F) -> Admission<R>
    where
        F: Future<Output = R> + Send + 'static,
    {
        self.admit(TaskInfo::new(Some(name.into()), Location::caller()), task)
    }

    #[track_caller]
    fn admit<F>(&self, info: TaskInfo, task: impl FnOnce(Context) -> F) -> Admission<R>
    where
        F: Future<Output = R> + Send + 'static,
    {
        self.shared.settle_on_runtime();
        let job = Job::new(&self.shared, task);
        Admission::new(&self.shared, self.shared.start_or_queue(info, job))
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
    pub fn try_spawn<F, T>(&self, task: T) -> Result<(), TrySpawnError<T>>
    where
        T: FnOnce(Context) -> F,
        F: Future<Output = R> + Send + 'static,
    {
        self.shared.settle_on_runtime();
        if let Err(why) = self.shared.ctx.check() {
            return Err(TrySpawnError::Ended(task, why));
        }
        let info = TaskInfo::new(None, Location::caller());
        let Some(place) = self.shared.reserve() else { return Err(TrySpawnError::Full(task)) };
        match catch_unwind(AssertUnwindSafe(|| Job::new(&self.shared, task))) {
            Ok(job) => place.start_late(info, job),
            Err(payload) => {
                place.give_back();
                resume_unwind(payload);
            }
        }
        Ok(())
    }

    /// The group's own context, of which each task gets a child: for what the owner does beside the tasks, and should stop
    /// with them.
    #[must_use]
    pub fn ctx(&self) -> &Context {
        &self.shared.ctx
    }

    /// Ends the group: the tasks' contexts end, nothing that is queued starts any more, and what is spawned from now on does not
    /// either. Does nothing if it has ended already. To wait until all have stopped, [`join`](Self::join); a task that had finished
    /// keeps its result.
    ///
    /// ```
    /// # use taskward::{Context, ContextError, TaskGroup};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let heartbeat = TaskGroup::new(&Context::background());
    /// heartbeat.spawn(async |ctx: Context| Err::<(), ContextError>(ctx.cancelled().await));
    /// heartbeat.cancel_with("the work is done");
    /// assert_eq!(heartbeat.join().await.unwrap_err().to_string(), "cancelled: the work is done");
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If a hook of [`Context::on_cancel`] panics, with its message, after all the others have run.
    pub fn cancel_with(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) {
        self.shared.end(cause);
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

    /// How many tasks have not finished, the queued ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Whether all tasks have finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until every task has stopped, and returns the outputs in the order of the spawns:
    /// `Result<Vec<T>, E>`, `Option<Vec<T>>` or `()`.
    ///
    /// # Errors
    ///
    /// The first error of a task, which has stopped the others, or the end of the context.
    ///
    /// # Panics
    ///
    /// If a task panics, with its payload, once all have stopped. If tasks outlive the end of the group on a Tokio runtime
    /// whose timers are not enabled.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future drops the group: its tasks are aborted, and finished outputs are lost.
    pub async fn join(self) -> R::All {
        let outcomes = self.settle().await;
        R::all(match outcomes.all() {
            Verdict::Complete(outputs) => Ok(outputs),
            Verdict::Failed(residual) => Err(residual),
            Verdict::Interrupted => return crate::outcome::Outcome::interrupted(self.shared.why()),
        })
    }

    /// Waits until every task has stopped, and returns each one's result, in the order of the spawns.
    ///
    /// From now on a failure does not stop the other tasks; one that came before has. To have that from the
    /// beginning, and so independent of time, make the group with [`keep_going`](Self::keep_going). A task that was aborted
    /// or never started has the result that says "interrupted": `Err(why.into())`, `None` or `()`.
    ///
    /// # Panics
    ///
    /// As [`join`](Self::join).
    ///
    /// # Cancellation safety
    ///
    /// As [`join`](Self::join).
    ///
    /// ```
    /// # use taskward::{Context, TaskGroup};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::new(&Context::background()).keep_going();
    /// for text in ["1", "x", "3"] {
    ///     group.spawn(async move |_| text.parse::<u8>().ok());
    /// }
    /// assert_eq!(group.join_all().await, [Some(1), None, Some(3)]);
    /// # }
    /// ```
    pub async fn join_all(self) -> Vec<R> {
        self.shared.keep_going();
        let outcomes = self.settle().await;
        outcomes.each(self.shared.spawned(), || R::interrupted(self.shared.why()))
    }

    /// Waits for the first task that succeeds, stops the others, and returns its result once they have stopped. If none
    /// succeeds: the first failure. Of a group without tasks: the result that says "interrupted".
    ///
    /// What [`join_all`](Self::join_all) says of failures holds here, too.
    ///
    /// # Panics
    ///
    /// As [`join`](Self::join).
    ///
    /// # Cancellation safety
    ///
    /// As [`join`](Self::join).
    ///
    /// ```
    /// # use taskward::{Context, ContextError, TaskGroup};
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let group = TaskGroup::new(&Context::background()).keep_going();
    /// for (mirror, delay) in [("near", 1), ("far", 9)] {
    ///     group.spawn(async move |ctx: Context| {
    ///         ctx.run(tokio::time::sleep(Duration::from_secs(delay))).await?;
    ///         Ok::<_, ContextError>(mirror)
    ///     });
    /// }
    /// assert_eq!(group.race().await.unwrap(), "near");
    /// # }
    /// ```
    pub async fn race(self) -> R {
        self.shared.race();
        let outcomes = self.settle().await;
        outcomes.first().unwrap_or_else(|| R::interrupted(self.shared.why()))
    }
}

/// Cancels and aborts what still runs.
impl<R: TaskOutput> Drop for TaskGroup<R> {
    fn drop(&mut self) {
        self.shared.abandon();
    }
}

impl<R: TaskOutput> fmt::Debug for TaskGroup<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskGroup").field("tasks", &self.shared.tasks()).finish_non_exhaustive()
    }
}
