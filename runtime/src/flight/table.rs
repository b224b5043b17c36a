//! The runs that can be joined: at most one for each key.
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

pub(crate) struct Table<K, T> {
    shards: [Mutex<Shard<K, T>>; SHARDS],
}

/// The run for a key.
pub(super) enum Found<F: Future> {
    Joined(Arc<Flight<F::Output>>),
    /// There was none. The caller must poll it.
    Started(Arc<Flight<F::Output>>, Spare<F>),
}

impl<K, T> Table<K, T> {
    #[cfg(not(taskward_loom))]
    pub(crate) const fn new() -> Self {
        Self { shards: [const { Mutex::new(Shard::new()) }; SHARDS] }
    }

    #[cfg(taskward_loom)]
    pub(crate) fn new() -> Self {
        Self { shards: array::from_fn(|_| Mutex::new(Shard::new())) }
    }

    fn shard(&self, hash: u64) -> MutexGuard<'_, Shard<K, T>> {
        // The hash table of the shard uses the highest and the lowest bits.
        lock(&self.shards[(hash >> 32) as usize % SHARDS])
    }

    /// Returns the number of runs that can be joined.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    #[cfg(all(test, not(taskward_loom)))]
    pub(crate) fn capacity(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).capacity()).sum()
    }

    /// Removes a run if it is still in the table. Returns the table's reference.
    #[inline]
    pub(super) fn remove(&self, hash: u64, run: &Arc<Flight<T>>) -> Option<Arc<Flight<T>>> {
        let removed = self.shard(hash).take(hash, |entry| Arc::ptr_eq(&entry.flight, run));
        // Drops the key, unlocked.
        removed.map(|entry| entry.flight)
    }

    /// Removes the run for the key. Returns whether there was one.
    pub(crate) fn forget<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
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
            && entry.flight.join(caller)
        {
            let flight = entry.flight.clone();
            drop(shard);
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
