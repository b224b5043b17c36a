//! [`SingleFlight::run`].

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::panic::Location;

use super::call::{Call, Origin};
use super::key::Keyed;
use super::table::SingleFlight;
use crate::context::Context;
use crate::context::call::race::{Around, Race};
use crate::error::ContextError;

impl<K: Hash + Eq, T> SingleFlight<K, T> {
    /// Joins the run for `key`, or starts it with `run`, which gets the run's own context. The
    /// result is cloned to every caller.
    ///
    /// The run may outlive the call that starts it, so it must own its data.
    ///
    /// # Errors
    ///
    /// Returns the reason if `ctx` ends before the run does. Other callers are not affected. An
    /// ended context wins over a ready result.
    ///
    /// # Panics
    ///
    /// If the run panics: with its payload in one of its callers, and with its message in all
    /// others. The next call starts a new run.
    ///
    /// If the run calls itself with the same key, in its task or in a task with its context: it
    /// would wait for itself.
    ///
    /// If the run has to wait outside of a Tokio runtime, or the runtime of its first caller is
    /// shut down first.
    ///
    /// # Cancellation safety
    ///
    /// Dropping a call leaves the run to its other callers. The last caller drops the run, at an
    /// `.await`.
    ///
    /// ```
    /// use taskward::{Context, SingleFlight};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (ctx, flights) = (Context::background(), SingleFlight::new());
    /// let length = async |_: Context| 6;
    /// let (one, two) = tokio::join!(
    ///     flights.run(&ctx, "a key", length),
    ///     flights.run(&ctx, "a key", length)
    /// );
    /// assert_eq!((one.unwrap(), two.unwrap()), (6, 6));
    /// assert!(flights.is_empty());
    /// # }
    /// ```
    #[inline]
    #[track_caller]
    pub fn run<F>(
        &self,
        ctx: &Context,
        key: K,
        run: impl FnOnce(Context) -> F,
    ) -> impl Future<Output = Result<T, ContextError>>
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let run = |ctx: &Context| run(ctx.clone());
        Race::new(ctx, Call::new(self, Keyed::of(key), T::clone, run, Origin::Caller(Location::caller())), Around)
    }
}

impl<K, T> Default for SingleFlight<K, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, T> fmt::Debug for SingleFlight<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleFlight").field("len", &self.len()).finish_non_exhaustive()
    }
}
