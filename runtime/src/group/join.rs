//! Waits for the tasks of a group and takes their results.

use std::any::Any;
use std::future::Future;
use std::panic::resume_unwind;
use std::time::Duration;

use super::ledger::{Next, Outcomes, Verdict, result};
use super::task_group::TaskGroup;
use crate::context::Context;
use crate::context::protect::grace::Graceful;
use crate::outcome::Outcome;
use crate::task_output::TaskOutput;
use crate::test_hooks;

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> TaskGroup<R> {
    /// Waits until every task has stopped, and returns the outputs in order of spawning:
    /// `Result<Vec<T>, E>`, `Option<Vec<T>>` or `()`.
    ///
    /// If the calling function is interrupted meanwhile, it goes on until every task has stopped.
    /// Tasks are dropped at their next `.await`, except for shields and graces in them, which are
    /// waited for.
    ///
    /// # Errors
    ///
    /// Returns the first error of a task, which has stopped the other tasks, or the end of the
    /// context. A task's own error takes precedence over errors that only repeat the interruption;
    /// for an error type that is not an enum, the two cannot always be distinguished.
    ///
    /// # Panics
    ///
    /// If a task panics, with its payload, once all tasks have stopped. Not in a group with
    /// [`isolate_panics`](Self::isolate_panics).
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future drops the group: its tasks are interrupted, and finished outputs are
    /// lost.
    ///
    /// ```
    /// use taskward::{Context, ContextError, TaskGroup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let group = TaskGroup::<Result<u32, ContextError>>::new(&Context::background());
    /// for n in 1..=3 {
    ///     _ = group.spawn(async move |_| Ok(n));
    /// }
    /// assert_eq!(group.join().await.unwrap(), [1, 2, 3]);
    /// # }
    /// ```
    pub async fn join(self) -> R::All {
        let outcomes = self.settle().await;
        match outcomes.all() {
            Verdict::Complete(outputs) => R::all(Ok(outputs)),
            Verdict::Failed(residual) => R::all(Err(residual)),
            Verdict::Interrupted(why) => R::All::interrupted(why.unwrap_or_else(|| self.shared.why())),
        }
    }

    /// Waits until every task has stopped, and returns each result in order of spawning.
    ///
    /// From this call on, a failure does not stop the other tasks; an earlier failure has stopped
    /// them. To keep them running from the start, create the group with
    /// [`keep_going`](Self::keep_going). An interrupted task has the result `Err(why.into())`,
    /// `None` or `()`. A refused task has no result.
    ///
    /// # Panics
    ///
    /// As [`join`](Self::join) does.
    ///
    /// # Cancellation safety
    ///
    /// As for [`join`](Self::join).
    ///
    /// ```
    /// # use taskward::{Context, ContextError, TaskGroup};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ContextError> {
    /// let group = TaskGroup::new(&Context::background()).keep_going();
    /// for text in ["1", "x", "3"] {
    ///     group.spawn(async move |_| text.parse::<u8>().ok()).await?;
    /// }
    /// assert_eq!(group.join_all().await, [Some(1), None, Some(3)]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn join_all(self) -> Vec<R> {
        self.shared.set_policy(|policy| policy.keep_going = true);
        self.settle().await.each(|| self.shared.why())
    }

    /// Waits for the next task to finish and returns its result. Returns `None` once every task
    /// has finished and every result was taken.
    ///
    /// A result returned here is not returned again, by [`join`](Self::join) or any other method.
    /// A service that goes on after errors takes them with this method, so that they do not
    /// accumulate.
    ///
    /// # Panics
    ///
    /// If a task has panicked, with its payload. Not in a group with
    /// [`isolate_panics`](Self::isolate_panics).
    ///
    /// # Cancellation safety
    ///
    /// Cancel safe: no result is lost.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use taskward::{Context, ContextError, TaskGroup};
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), ContextError> {
    /// let group = TaskGroup::new(&Context::background());
    /// for seconds in [2, 1] {
    ///     let task = async move |ctx: Context| {
    ///         ctx.sleep(Duration::from_secs(seconds)).await?;
    ///         Ok::<_, ContextError>(seconds)
    ///     };
    ///     group.spawn(task).await?;
    /// }
    /// let mut order = Vec::new();
    /// while let Some(seconds) = group.join_next().await {
    ///     order.push(seconds?);
    /// }
    /// assert_eq!(order, [1, 2]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn join_next(&self) -> Option<R> {
        tokio::task::coop::consume_budget().await;
        let found = self
            .shared
            .wait_for(|ledger| {
                if let Some(payload) = ledger.outcomes.take_panic() {
                    return Some(Err(payload));
                }
                match ledger.outcomes.next() {
                    Some(next) => Some(Ok(Some(next))),
                    None if ledger.is_idle() => Some(Ok(None)),
                    None => {
                        ledger.awaited.outcome = true;
                        None
                    }
                }
            })
            .await;
        match found.unwrap_or_else(|payload| receive_panic(payload))? {
            Next::Output(output) => Some(R::from_branch(Ok(output))),
            Next::Exception(how) => Some(result(how, &|| self.shared.why())),
        }
    }

    /// Waits for the first task that succeeds, stops the others, and returns its result once they
    /// have stopped. If no task succeeds, returns the first failure. For a group without tasks,
    /// returns the result that represents an interruption.
    ///
    /// The other tasks are dropped at their next `.await`, except for shields and graces in them.
    /// As with [`join_all`](Self::join_all), a failure from now on stops no other task.
    ///
    /// # Panics
    ///
    /// As [`join`](Self::join) does.
    ///
    /// # Cancellation safety
    ///
    /// As for [`join`](Self::join).
    ///
    /// ```
    /// # use taskward::{Context, ContextError, TaskGroup};
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), ContextError> {
    /// let group = TaskGroup::new(&Context::background()).keep_going();
    /// for (mirror, delay) in [("near", 1), ("far", 9)] {
    ///     let fetch = async move |_| {
    ///         tokio::time::sleep(Duration::from_secs(delay)).await;
    ///         Ok::<_, ContextError>(mirror)
    ///     };
    ///     group.spawn(fetch).await?;
    /// }
    /// assert_eq!(group.race().await?, "near");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn race(self) -> R {
        self.shared.race();
        self.settle().await.first(|| self.shared.why())
    }

    /// Waits for all tasks, and resumes the panic of one.
    async fn settle(&self) -> Outcomes<R> {
        uninterrupted(&self.shared.ctx, || self.shared.idle()).await;
        let mut outcomes = std::mem::replace(&mut self.shared.ledger().outcomes, Outcomes::new());
        if let Some(payload) = outcomes.take_panic() {
            receive_panic(payload);
        }
        outcomes
    }
}

fn receive_panic(payload: Box<dyn Any + Send>) -> ! {
    test_hooks::panic_received(&*payload);
    resume_unwind(payload)
}

/// Waits even after the end of `ctx`. The calls around then wait, too, instead of dropping this
/// future.
async fn uninterrupted<F: Future<Output = ()>>(ctx: &Context, wait: impl Fn() -> F) {
    let until_the_end = async {
        wait().await;
        Some(())
    };
    // Interrupted only if the context has ended before the first poll.
    if Graceful::new(ctx, until_the_end, Duration::MAX).await.is_none() {
        ctx.shield(wait()).await;
    }
}
