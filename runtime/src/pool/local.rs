//! Workers that share the task of the caller.

use std::future::Future;
use std::sync::Arc;

use futures_core::Stream;

use super::output::{Collect, FailFast, PoolOutput};
use super::run::Shift;
use super::tasks::work;
use super::worker_set::Local;
use super::{OnProgress, WorkerPool, results};
use crate::context::Context;
use crate::outcome::Outcome;

impl<P: OnProgress> WorkerPool<P> {
    /// The same as [`run`](Self::run) without tasks: the calls share the caller's, so that they may borrow, and need not be `Send`.
    ///
    /// So many calls wait at a time, and one of them computes: the work is that of one thread. Nothing is spawned; the
    /// first error drops the other calls at once.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
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
    pub async fn run_local<T, R: PoolOutput, F: Future<Output = R>>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(Context, T) -> F,
    ) -> R::All {
        let call = Arc::new((call, self.progress));
        let start = |set: &mut Local<_>, worker| set.add(worker, |worker| work(worker, call.clone()));
        Shift::<_, R, FailFast, _>::begin(self.setup, ctx, items, Local::new(), start).finish().await
    }

    /// The same as [`run_collect`](Self::run_collect) in the caller's task, as [`run_local`](Self::run_local).
    ///
    /// # Panics
    ///
    /// If a call panics, at once.
    ///
    /// # Cancellation safety
    ///
    /// As [`run_local`](Self::run_local).
    pub async fn run_local_collect<T, R: Outcome, F: Future<Output = R>>(
        self,
        ctx: &Context,
        items: impl IntoIterator<Item = T>,
        call: impl Fn(Context, T) -> F,
    ) -> Vec<R> {
        let call = Arc::new((call, self.progress));
        let start = |set: &mut Local<_>, worker| set.add(worker, |worker| work(worker, call.clone()));
        Shift::<_, R, Collect, _>::begin(self.setup, ctx, items, Local::new(), start).finish().await
    }

    /// The same as [`stream`](Self::stream) without tasks: the calls run while the stream is polled, so that they may borrow, and
    /// need not be `Send`.
    ///
    /// # Panics
    ///
    /// If a call or `source` panics, in the poll of the stream.
    ///
    /// # Cancellation safety
    ///
    /// As [`stream`](Self::stream).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use futures::stream::{self, StreamExt};
    /// use taskward::{Context, ContextError, WorkerPool};
    ///
    /// let text = String::from("some words");
    /// let words = stream::iter(text.split(' '));
    /// let lengths = WorkerPool::new(4).stream_local(&Context::background(), words, async |_, word: &str| {
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
    ) -> impl Stream<Item = R> + use<S, R, F, C, P>
    where
        S: Stream,
        R: Outcome,
        F: Future<Output = R>,
        C: Fn(Context, S::Item) -> F,
    {
        let call = Arc::new((call, self.progress));
        results::local::<FailFast, _, _, _, _>(self.setup, ctx, source, move |worker| work(worker, call.clone()))
    }

    /// The same as [`stream_collect`](Self::stream_collect) in the caller's task, as [`stream_local`](Self::stream_local).
    ///
    /// # Panics
    ///
    /// If a call or `source` panics, in the poll of the stream.
    ///
    /// # Cancellation safety
    ///
    /// As [`stream`](Self::stream).
    pub fn stream_local_collect<S, R, F, C>(
        self,
        ctx: &Context,
        source: S,
        call: C,
    ) -> impl Stream<Item = R> + use<S, R, F, C, P>
    where
        S: Stream,
        R: Outcome,
        F: Future<Output = R>,
        C: Fn(Context, S::Item) -> F,
    {
        let call = Arc::new((call, self.progress));
        results::local::<Collect, _, _, _, _>(self.setup, ctx, source, move |worker| work(worker, call.clone()))
    }
}
