//! Which flights are up: one for a key.
//!
//! # Invariants
//!
//! 1. A flight is joined under the lock of its shard, and is taken out of the table before it lands: so whoever finds one may join it,
//!    unless its last caller has just left; then a new one takes its place.
//! 2. While the first caller polls the run for the first time, its entry is all there is (`Entry::begins`), and that caller comes back for it:
//!    nobody else takes it out. Who joins meanwhile makes the shared part of the flight, in which the first caller has a place.
//! 3. Locks are taken shard before flight. Of the user's code only `Eq` runs under one; keys are hashed, and what goes is dropped, outside.
//! 4. An empty table has no memory besides its own: a shard keeps the first of its flights in place.

#[cfg(taskward_loom)]
use std::array;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash, RandomState};
use std::mem;
use std::sync::{Arc, LazyLock};

use super::entry::Entry;
use super::generated::Keyed;
use super::kit::{Kit, Token};
use super::shard::Shard;
use super::shared::Flight;
use crate::context::Context;
use crate::sync::{Mutex, MutexGuard, lock};

/// Flights of different keys seldom meet at one lock.
const SHARDS: usize = 8;

pub(crate) struct Table<K, T> {
    shards: [Mutex<Shard<K, T>>; SHARDS],
}

/// What a caller finds.
pub(super) enum Boarding<T> {
    Joined(Arc<Flight<T>>),
    /// It is the first one.
    First(Kit),
}

/// One seed for all tables: `RandomState` cannot be made in a constant.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

pub(crate) fn hash<Q: Hash + ?Sized>(key: &Q) -> u64 {
    HASHER.hash_one(key)
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

    /// Takes a run out, if it is still in. Returns what is shared of it.
    pub(super) fn remove(&self, hash: u64, run: Token) -> Option<Arc<Flight<T>>> {
        let gone = self.shard(hash).take_run(hash, run);
        gone?.flight
    }

    /// The first poll of a run is over, and it goes on: what is shared of it.
    pub(super) fn settle(&self, hash: u64, run: Token) -> Arc<Flight<T>> {
        let mut shard = self.shard(hash);
        let Some(entry) = shard.find_run(hash, run) else { unreachable!("the first caller comes back for its entry") };
        entry.begins = false;
        let flight = entry.share(0);
        let gone = if entry.is_hidden { shard.take_run(hash, run) } else { None };
        drop(shard);
        drop(gone);
        flight
    }

    /// How many flights are up.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    #[cfg(all(test, not(taskward_loom)))]
    pub(crate) fn capacity(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).capacity()).sum()
    }

    /// Joins the run for the key, or begins one.
    pub(super) fn board(&self, keyed: Keyed<K>, caller: &Context) -> Boarding<T> {
        let Keyed { key, hash, is } = keyed;
        let mut shard = self.shard(hash);
        let Some(entry) = shard.find(hash, |other| is(other, &key)) else {
            let kit = Kit::of(caller);
            shard.insert(Entry::new(hash, key, &kit));
            return Boarding::First(kit);
        };
        if let Some(flight) = entry.join(caller.fixed_limit()) {
            drop(shard);
            return Boarding::Joined(flight);
        }
        let kit = Kit::of(caller);
        let new = Entry::new(hash, key, &kit);
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
        Boarding::First(kit)
    }

    /// Takes out whichever flight is up for the key. Returns whether there was one.
    pub(crate) fn forget<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let hash = hash(key);
        let mut shard = self.shard(hash);
        let Some(entry) = shard.find(hash, |other| other.borrow() == key) else { return false };
        let run = entry.run;
        let gone = if entry.begins {
            entry.is_hidden = true;
            shard.hidden += 1;
            None
        } else {
            shard.take_run(hash, run)
        };
        drop(shard);
        drop(gone);
        true
    }
}
