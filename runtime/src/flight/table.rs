//! [`SingleFlight`]: the runs of one function or object that can be joined, at most one for each
//! key.
//!
//! # Invariants
//!
//! 1. A run is joined under the lock of its shard. A finished run stays in the table until one of
//!    its callers removes it; a caller that finds it meanwhile replaces it with a new run.
//! 2. A shard's lock is taken before a flight's. The only user code that runs under one is `Eq`;
//!    keys are hashed and dropped outside.
//! 3. An empty table has no heap memory: a shard stores its first entry inline.

#[cfg(taskward_loom)]
use std::array;
use std::borrow::Borrow;
use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::sync::Arc;

use super::key::{self, Keyed};
use super::shard::{Entry, Shard};
use super::shared::Flight;
use super::spare::{Pair, Spare};
use crate::context::Context;
use crate::sync::{Mutex, MutexGuard, lock};

/// Calls with different keys seldom share a lock.
const SHARDS: usize = 8;

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
/// # The task of a run
///
/// The first caller polls the run once. A run that has to wait goes on in its own task, in the
/// first caller's `tracing` span and without its task-locals. So a caller that is cancelled or not
/// polled delays no other caller.
///
/// # Memory
///
/// Only the runs are stored; a result goes to the callers that wait for it. This is not a cache.
/// For its next runs, a thread keeps the memory of finished ones, without their values and
/// results: of one run for each of the last four functions, up to about 2 KiB each.
///
/// Modelled on Go's `singleflight`, whose callers cannot leave.
pub struct SingleFlight<K, T> {
    shards: [Mutex<Shard<K, T>>; SHARDS],
}

/// The run for a key.
pub(super) enum Found<F: Future> {
    Joined(Arc<Flight<F::Output>>),
    /// There was none. The caller must poll it.
    Started(Arc<Flight<F::Output>>, Spare<F>),
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
        Self { shards: [const { Mutex::new(Shard::new()) }; SHARDS] }
    }

    /// Creates a table without runs.
    #[cfg(taskward_loom)]
    #[must_use]
    pub fn new() -> Self {
        Self { shards: array::from_fn(|_| Mutex::new(Shard::new())) }
    }

    /// Returns the number of runs, without [forgotten](Self::forget) ones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    /// Returns whether there are no runs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, hash: u64) -> MutexGuard<'_, Shard<K, T>> {
        // The hash table of the shard uses the highest and the lowest bits.
        lock(&self.shards[(hash >> 32) as usize % SHARDS])
    }

    #[cfg(all(test, not(taskward_loom)))]
    pub(super) fn capacity(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).capacity()).sum()
    }

    /// Removes a run if it is still in the table. Returns the table's reference.
    #[inline]
    pub(super) fn remove(&self, hash: u64, run: &Arc<Flight<T>>) -> Option<Arc<Flight<T>>> {
        let removed = self.shard(hash).take(hash, |entry| Arc::ptr_eq(&entry.flight, run));
        // Drops the key, unlocked.
        removed.map(|entry| entry.flight)
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
        let hash = key::hash(key);
        let removed = self.shard(hash).take(hash, |entry| entry.key.borrow() == key);
        removed.is_some_and(|entry| !entry.flight.is_over())
    }

    /// Joins the run for the key, or starts one.
    pub(super) fn join_or_start<F>(&self, keyed: Keyed<K>, caller: &Context) -> Found<F>
    where
        F: Future<Output = T> + 'static,
    {
        let Keyed { key, hash, is } = keyed;
        let mut shard = self.shard(hash);
        let found = shard.find(hash, |other| is(other, &key));
        if let Some(entry) = &found
            && let Some(replaced) = entry.flight.join(caller)
        {
            let flight = entry.flight.clone();
            drop(shard);
            drop(replaced);
            return Found::Joined(flight);
        }
        let spare = Spare::get();
        let Pair { first, listed } = spare.run(caller);
        let new = Entry { hash, key, flight: listed };
        match found {
            Some(entry) => {
                let old = mem::replace(entry, new);
                drop(shard);
                drop(old);
            }
            None => shard.insert(new),
        }
        Found::Started(first, spare)
    }
}
