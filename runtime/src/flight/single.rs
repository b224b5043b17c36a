//! [`SingleFlight`]: the runs of one function or object.

use std::borrow::Borrow;
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::panic::Location;

use super::call::{Call, Origin};
use super::key::Keyed;
use super::table::Table;
use crate::context::Context;
use crate::context::call::race::{Around, Race};
use crate::error::ContextError;

/// Lets concurrent calls with equal keys share one run, whose result is cloned to each caller.
///
/// [`#[single_flight]`](macro@crate::single_flight) creates one for a function.
///
/// ```
/// use taskward::{Context, ContextError, SingleFlight};
///
/// # async fn fetch(ctx: &Context, id: u64) -> Result<String, ContextError> {
/// #     ctx.checkpoint().await?;
/// #     Ok(format!("page {id}"))
/// # }
/// struct Pages {
///     flights: SingleFlight<u64, Result<String, ContextError>>,
/// }
///
/// impl Pages {
///     async fn load(&self, ctx: &Context, id: u64) -> Result<String, ContextError> {
///         self.flights.run(ctx, id, async move |ctx| fetch(&ctx, id).await).await?
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (ctx, pages) = (Context::background(), Pages { flights: SingleFlight::new() });
/// let (one, other) = tokio::join!(pages.load(&ctx, 7), pages.load(&ctx, 7)); // one `fetch`
/// assert_eq!((one.unwrap(), other.unwrap()), ("page 7".to_owned(), "page 7".to_owned()));
/// # }
/// ```
///
/// # Whose context
///
/// A run belongs to all its callers. It has its own context, with the values of the first caller.
/// When the last caller has left, the context ends and the run is dropped, unless a
/// [`shield`](Context::shield) or a grace in it delays that. A caller whose own context ends gets
/// that error at once, while the others keep waiting. A later caller joins the run, and never sees
/// that another caller was cancelled. [`Context::deadline`] of the run is the latest of its
/// callers' deadlines, and moves as callers join; it is `None` if one of them has no deadline.
///
/// # Origin runs it
///
/// The first caller polls the run once. A run that has to wait goes on in its own task, in the
/// first caller's `tracing` span and without its task-locals. So a caller that is cancelled or not
/// polled delays no other caller.
///
/// # Memory
///
/// Only the runs are stored; a result goes to the callers that wait for it. This is not a cache.
///
/// Modelled on Go's `singleflight`, whose callers cannot leave.
pub struct SingleFlight<K, T> {
    table: Table<K, T>,
}

impl<K, T> SingleFlight<K, T> {
    /// Creates a table without runs. Usable in a `static`.
    ///
    /// ```
    /// use taskward::SingleFlight;
    ///
    /// static PAGES: SingleFlight<u64, String> = SingleFlight::new();
    /// assert!(PAGES.is_empty());
    /// ```
    #[cfg(not(taskward_loom))]
    #[must_use]
    pub const fn new() -> Self {
        Self { table: Table::new() }
    }

    /// Creates a table without runs.
    #[cfg(taskward_loom)]
    #[must_use]
    pub fn new() -> Self {
        Self { table: Table::new() }
    }

    /// Returns the number of runs, without [forgotten](Self::forget) ones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns whether there are no runs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn table(&self) -> &Table<K, T> {
        &self.table
    }
}

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
        Race::new(
            ctx,
            Call::new(&self.table, Keyed::of(key), T::clone, run, Origin::Caller(Location::caller())),
            Around,
        )
    }

    /// Makes the next call with `key` start a new run. The callers of the current run get its
    /// result. Returns whether there was one.
    ///
    /// ```
    /// # use taskward::{Context, SingleFlight};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (ctx, flights) = (Context::background(), SingleFlight::<String, u8>::new());
    /// assert!(!flights.forget("config"));
    /// let run = flights.run(&ctx, "config".to_owned(), async |_| 1);
    /// assert_eq!(run.await.unwrap(), 1);
    /// # }
    /// ```
    #[allow(clippy::must_use_candidate, reason = "the result is optional information")]
    pub fn forget<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.table.forget(key)
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
