//! The runs that can be joined: at most one for a key.
//!
//! # Invariants
//!
//! 1. A run is joined under the lock of its shard. A run that is over stays in the table until one
//!    of its callers takes it out; a caller that finds it meanwhile puts a new run in its place.
//! 2. While the first caller polls the run for the first time (`Entry::begins`), only that caller
//!    takes its entry out. A caller that joins meanwhile makes the shared part of the run.
//! 3. Locks are taken shard before flight. Of the user's code only `Eq` runs under one; keys are
//!    hashed and dropped outside.
//! 4. An empty table has no memory besides its own: a shard keeps its first entry in place.

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

/// Calls with different keys seldom meet at one lock.
const SHARDS: usize = 8;

pub(crate) struct Table<K, T> {
    shards: [Mutex<Shard<K, T>>; SHARDS],
}

/// What a caller finds.
pub(super) enum Found<T> {
    Joined(Arc<Flight<T>>),
    /// Nothing: it is the first caller of a new run.
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
        // The table below looks at the highest and the lowest bits.
        lock(&self.shards[(hash >> 32) as usize % SHARDS])
    }

    /// Takes a run out, if it is still in. Returns the shared part of the run.
    pub(super) fn remove(&self, hash: u64, run: RunId) -> Option<Arc<Flight<T>>> {
        let removed = self.shard(hash).take_run(hash, run);
        removed?.flight
    }

    /// The first poll of a run is over, and it has to wait. Returns the shared part of the run.
    pub(super) fn settle(&self, hash: u64, run: RunId) -> Arc<Flight<T>> {
        let mut shard = self.shard(hash);
        let Some(entry) = shard.find_run(hash, run) else { unreachable!("the first caller comes back for its entry") };
        entry.begins = false;
        let flight = entry.share(0);
        let removed = if entry.is_hidden { shard.take_run(hash, run) } else { None };
        drop(shard);
        drop(removed);
        flight
    }

    /// The number of runs that can be joined.
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

    /// Takes out the run for the key. Returns whether there was one.
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
