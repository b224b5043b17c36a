//! Spawning into a [`TaskGroup`].

use std::borrow::Cow;
use std::future::Future;
use std::panic::Location;

use super::admission::Admission;
use super::blocking::run_blocking;
use super::room::{self, Room};
use super::task_group::TaskGroup;
use super::task_handle::TaskHandle;
use super::try_spawn::{self, TrySpawnError};
use crate::context::Context;
use crate::error::ContextError;
use crate::pool::TaskOutput;

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> TaskGroup<R> {
    /// Runs `task` as a task of its own, or queues it if the group is at its [`limit`](Self::limit).
    ///
    /// `task` is called at once, with the context that the task is to pass on; the future that it makes starts as soon
    /// as there is room. Awaiting the [`Admission`] waits for that, so that the queue does not grow without bound, and says whether
    /// the group refused the task:
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
    /// A group that has ended refuses the task: `task` is not called, and nothing of it is kept. A task of the group that awaits room in its
    /// own full group waits for itself if every running task does; see [`GroupHandle::spawn`].
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
        Admission::spawn(&self.shared, None, Location::caller(), task)
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
        Admission::spawn(&self.shared, Some(name.into()), Location::caller(), task)
    }

    /// Runs `task`, which may block, on a thread of Tokio's blocking pool, as a task of the group: limited, joined and named like the others.
    ///
    /// A thread cannot be interrupted: `task` looks at its context, and [`join`](Self::join) waits until it has returned. A task that has not
    /// got a thread when the group ends never starts. [`Context::current`] is its context.
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

    /// Waits until there is room for one more task, and reserves it: what a server waits for *before* it accepts a connection.
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
