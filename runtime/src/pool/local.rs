//! Workers that share the task of the caller.

use std::future::Future;
use std::sync::Arc;

use futures_core::Stream;

use super::batch::BatchRun;
use super::builder::WorkerPool;
use super::on_progress::OnProgress;
use super::output::{Ends, Gather};
use super::results::LocalResults;
use super::tasks::work;
use super::worker_set::Local;
use crate::context::Context;
use crate::outcome::Outcome;

impl<P: OnProgress, M> WorkerPool<P, M> {
    /// Like [`run`](Self::run), in the caller's task: calls may borrow, and need not be `Send`.
    ///
    /// Calls wait concurrently and compute one at a time. Nothing is spawned; the first error
    /// drops the other calls at once, except for shields and graces in them.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run) does.
    ///
    /// # Panics
    ///
    /// If a call panics, at once.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future drops the calls; finished outputs are lost.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use std::cell::Cell;
    /// use taskward::{Context, ContextError, WorkerPool};
    ///
    /// let text = String::from("some words");
    /// let letters = Cell::new(0);
    /// let count = |_, word: &str| {
    ///     letters.set(letters.get() + word.len());
    ///     async { Ok::<_, ContextError>(()) }
    /// };
    /// WorkerPool::new(4).run_local(&Context::background(), text.split(' '), count).await.unwrap();
    /// assert_eq!(letters.get(), 9);
    /// # }
    /// ```
    pub async fn run_local<T, R: Outcome, F: Future<Output = R>>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(Context, T) -> F,
    ) -> M::All
    where
        M: Gather<R>,
    {
        let call = Arc::new((call, self.progress));
        let start = |set: &mut Local<_>, run| set.add(run, |worker| work(worker, call.clone()));
        BatchRun::<_, R, M, _>::begin(self.setup, ctx, items, start).finish().await
    }

    /// Like [`stream`](Self::stream), in the task that polls the stream: calls may borrow, and
    /// need not be `Send`.
    ///
    /// # Panics
    ///
    /// Polling the stream panics if a call or `source` does.
    ///
    /// # Cancellation safety
    ///
    /// As for [`stream`](Self::stream).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use futures::stream::{self, StreamExt};
    /// use taskward::{Context, ContextError, WorkerPool};
    ///
    /// let text = String::from("some words");
    /// let words = stream::iter(text.split(' '));
    /// let ctx = Context::background();
    /// let lengths = WorkerPool::new(4).stream_local(&ctx, words, async |_, word: &str| {
    ///     Ok::<_, ContextError>(word.len())
    /// });
    /// assert_eq!(lengths.map(Result::unwrap).collect::<Vec<_>>().await, [4, 5]);
    /// # }
    /// ```
    pub fn stream_local<S, R, F, C>(
        self,
        ctx: &Context,
        source: S,
        call: C,
    ) -> impl Stream<Item = R> + use<S, R, F, C, P, M>
    where
        S: Stream,
        R: Outcome,
        M: Ends<R>,
        F: Future<Output = R>,
        C: Fn(Context, S::Item) -> F,
    {
        let call = Arc::new((call, self.progress));
        LocalResults::new::<M>(self.setup, ctx, source, move |worker| work(worker, call.clone()))
    }
}
