//! [`SingleFlight`]: concurrent calls with an equal key share one run.

use std::borrow::Borrow;
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::panic::Location;

use crate::context::Context;
use crate::context::call::race::{Around, Race};
use crate::error::ContextError;

mod aloft;
mod call;
mod desk;
mod entry;
pub(crate) mod generated;
mod kit;
mod shard;
mod shared;
mod table;

#[cfg(all(test, taskward_loom))]
mod loom_models;
#[cfg(all(test, not(taskward_loom)))]
mod tests;

use self::call::{Call, Who};
use self::generated::Keyed;
use self::table::Table;

/// Calls with an equal key that come while one is running share its run, and each gets a clone of the result.
///
/// [`#[single_flight]`](macro@crate::single_flight) makes one of a function; this is what it stands on.
///
/// ```
/// use taskward::{Context, ContextError, SingleFlight};
///
/// # async fn fetch(ctx: &Context, id: u64) -> Result<String, ContextError> { ctx.checkpoint().await?; Ok(format!("page {id}")) }
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
/// A run belongs to all its callers, and to none of them: it has a context of its own, with the values of the first caller, and is
/// dropped, its context ended, when the last caller has gone. A caller whose own context ends gets that error, at once, while the
/// others wait on; who comes later joins the run, and never sees that somebody else was cancelled. [`Context::deadline`] of the run is
/// the latest of its callers', and moves on as they join; there is none if one of them has none.
///
/// # Who runs it
///
/// The callers: no task is spawned. One of them polls the run, and if it goes another one takes over. So task-locals and
/// tracing spans are those of whoever polls, and a [`shield`](Context::shield) in the run holds up the one who polls.
///
/// # Memory
///
/// Nothing is kept but the runs that are up: a result is handed to those who wait for it, and no further. This is not a cache.
///
/// After Go's `singleflight`, whose callers cannot leave, and whose run is cancelled with the first of them.
pub struct SingleFlight<K, T> {
    table: Table<K, T>,
}

impl<K, T> SingleFlight<K, T> {
    /// No run is up.
    #[cfg(not(taskward_loom))]
    #[must_use]
    pub const fn new() -> Self {
        Self { table: Table::new() }
    }

    /// No run is up.
    #[cfg(taskward_loom)]
    #[must_use]
    pub fn new() -> Self {
        Self { table: Table::new() }
    }

    /// How many runs are up, without those that were [forgotten](Self::forget).
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether no run is up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Hash + Eq, T> SingleFlight<K, T> {
    /// Joins the run for `key`, or starts it with `run`, which gets the run's own context; the result is cloned to every caller.
    ///
    /// The run may outlive the call that starts it, so it owns what it needs.
    ///
    /// # Errors
    ///
    /// Why `ctx` ended, if it did before the run was done. The others are left alone. An ended context wins over a result that is there.
    ///
    /// # Panics
    ///
    /// If the run panics: with its payload in one of its callers, and with its message in all others. The next call starts anew. If the run
    /// calls itself with the same key, in the same task or in one with its context: it would wait for itself.
    ///
    /// # Cancellation safety
    ///
    /// A call that is dropped leaves the run to the others; the last one takes it along, dropped at an `.await`.
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
        Race::new(ctx, Call::new(&self.table, Keyed::of(key), T::clone, run, Who::Caller(Location::caller())), Around)
    }

    /// The next call with `key` starts a run of its own; those who wait for the present one get its result. Returns whether there was one.
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
    #[allow(clippy::must_use_candidate, reason = "most callers do not mind")]
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
