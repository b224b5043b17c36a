//! The runs that can be joined: at most one for each key.
//!
//! # Invariants
//!
//! 1. A run is joined under the lock of its shard. A finished run stays in the table until one of
//!    its callers removes it; a caller that finds it meanwhile replaces it with a new run.
//! 2. While the first caller polls the run for the first time (`Entry::begins`), only that caller
//!    removes the entry. A caller that joins meanwhile creates the shared part of the run.
//! 3. A shard's lock is taken before a flight's. The only user code that runs under one is `Eq`;
//!    keys are hashed and dropped outside.
//! 4. An empty table has no heap memory: a shard stores its first entry inline.

#[cfg(taskward_loom)]
use std::array;
use std::borrow::Borrow;
use std::hash::Hash;
use std::mem;
use std::sync::Arc;

use super::entry::Entry;
use super::key::{self, Keyed};
use super::scratch::{RunId, RunScratch};
use super::shard::Shard;
use super::shared::Flight;
use crate::context::Context;
use crate::sync::{Mutex, MutexGuard, lock};

/// Calls with different keys seldom share a lock.
const SHARDS: usize = 8;

pub(crate) struct Table<K, T> {
    shards: [Mutex<Shard<K, T>>; SHARDS],
}

/// The result of looking up a key.
pub(super) enum Found<T> {
    Joined(Arc<Flight<T>>),
    /// No run: the caller is the first of a new one.
    Nothing(RunScratch),
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

    /// Removes a run if it is still in the table. Returns the shared part of the run.
    pub(super) fn remove(&self, hash: u64, run: RunId) -> Option<Arc<Flight<T>>> {
        let removed = self.shard(hash).take_run(hash, run);
        removed?.flight
    }

    /// Handles a run that has to wait after its first poll. Returns the shared part of the run.
    pub(super) fn settle(&self, hash: u64, run: RunId) -> Arc<Flight<T>> {
        let mut shard = self.shard(hash);
        let Some(entry) = shard.find_run(hash, run) else { unreachable!("only the first caller removes its entry") };
        entry.begins = false;
        let flight = entry.share(0);
        let removed = if entry.is_hidden { shard.take_run(hash, run) } else { None };
        drop(shard);
        drop(removed);
        flight
    }

    /// Returns the number of runs that can be joined.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    #[cfg(all(test, not(taskward_loom)))]
    pub(crate) fn capacity(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).capacity()).sum()
    }

    /// Joins the run for the key, or starts one.
    pub(super) fn join_or_start(&self, keyed: Keyed<K>, caller: &Context) -> Found<T> {
        let Keyed { key, hash, is } = keyed;
        let mut shard = self.shard(hash);
        let Some(entry) = shard.find(hash, |other| is(other, &key)) else {
            let scratch = RunScratch::of(caller);
            shard.insert(Entry::new(hash, key, &scratch));
            return Found::Nothing(scratch);
        };
        if let Some(flight) = entry.join(caller.fixed_limit()) {
            drop(shard);
            return Found::Joined(flight);
        }
        let scratch = RunScratch::of(caller);
        let new = Entry::new(hash, key, &scratch);
        let old = if entry.begins {
            entry.is_hidden = true;
            shard.hidden += 1;
            shard.insert(new);
            None
        } else {
            Some(mem::replace(entry, new))
        };
        drop(shard);
        drop(old);
        Found::Nothing(scratch)
    }

    /// Removes the run for the key. Returns whether there was one.
    pub(crate) fn forget<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let hash = key::hash(key);
        let mut shard = self.shard(hash);
        let Some(entry) = shard.find(hash, |other| other.borrow() == key) else { return false };
        let run = entry.run;
        let removed = if entry.begins {
            entry.is_hidden = true;
            shard.hidden += 1;
            None
        } else {
            shard.take_run(hash, run)
        };
        drop(shard);
        removed.is_none_or(|removed| removed.flight.is_none_or(|flight| !flight.is_over()))
    }
}
