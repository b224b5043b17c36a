//! Waiting for the tasks of a group, and their results.

use std::any::Any;
use std::future::Future;
use std::panic::resume_unwind;
use std::time::Duration;

use super::ledger::{Next, Outcomes, Verdict, result};
use super::task_group::TaskGroup;
use crate::context::Context;
use crate::context::protect::grace::Graceful;
use crate::outcome::Outcome;
use crate::pool::TaskOutput;
use crate::sync::lock;
use crate::test_hooks;

impl<R: TaskOutput<Output: Send, Residual: Send> + Send + 'static> TaskGroup<R> {
    /// Waits until every task has stopped, and returns the outputs in the order of the spawns:
    /// `Result<Vec<T>, E>`, `Option<Vec<T>>` or `()`.
    ///
    /// When the call around it is interrupted while it waits, that call goes on until every task
    /// has stopped: tasks are dropped at their next `.await`, and what a shield or a grace in them
    /// holds is waited for.
    ///
    /// # Errors
    ///
    /// The first error of a task, which has stopped the others, or the end of the context. A task's
    /// own error comes before errors that only repeat that the task was interrupted; in an error
    /// type that is no enum these cannot always be told apart.
    ///
    /// # Panics
    ///
    /// If a task panics, with its payload, once all have stopped; not with
    /// [`isolate_panics`](Self::isolate_panics).
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future drops the group: its tasks are interrupted, and finished outputs are
    /// lost.
    pub async fn join(self) -> R::All {
        let outcomes = self.settle().await;
        match outcomes.all() {
            Verdict::Complete(outputs) => R::all(Ok(outputs)),
            Verdict::Failed(residual) => R::all(Err(residual)),
            Verdict::Interrupted(why) => R::All::interrupted(why.unwrap_or_else(|| self.shared.why())),
        }
    }

    /// Waits until every task has stopped, and returns each one's result, in the order of the
    /// spawns.
    ///
    /// From now on a failure does not stop the other tasks; one that came before has. To have that
    /// from the beginning, and so independent of time, make the group with
    /// [`keep_going`](Self::keep_going). A task that was interrupted has the result that says so:
    /// `Err(why.into())`, `None` or `()`. A task that the group refused has none.
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

    /// Waits for the next task that finishes, and returns its result. `None` once every task has
    /// finished and every result was taken.
    ///
    /// What is returned here, [`join`](Self::join) and the others do not return again. A service
    /// that goes on after errors takes them with this, so that they do not pile up.
    ///
    /// # Panics
    ///
    /// If a task has panicked, with its payload; not with [`isolate_panics`](Self::isolate_panics).
    ///
    /// # Cancellation safety
    ///
    /// Nothing is lost if it is dropped.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use taskward::{Context, ContextError, TaskGroup};
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), ContextError> {
    /// let group = TaskGroup::new(&Context::background());
    /// for seconds in [2, 1] {
    ///     group.spawn(async move |ctx: Context| ctx.run(tokio::time::sleep(Duration::from_secs(seconds))).await.map(|()| seconds)).await?;
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
    /// have stopped. If none succeeds: the first failure. Of a group without tasks: the result that
    /// says "interrupted".
    ///
    /// The others are dropped at their next `.await`, except what a shield or a grace holds. As
    /// with [`join_all`](Self::join_all), a failure from now on stops nobody.
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
        let mut outcomes = std::mem::replace(&mut lock(&self.shared.ledger).outcomes, Outcomes::new());
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

/// Waits even after the end of `ctx`. Then the calls around wait, too, instead of dropping this.
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
