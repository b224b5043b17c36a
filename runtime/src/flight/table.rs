//! Which flights are up: one for a key.
//!
//! # Invariants
//!
//! 1. A flight is joined under the lock of its shard, and is taken out of the table before it lands: so whoever finds one may join it,
//!    unless its last caller has just left; then a new one takes its place.
//! 2. Locks are taken shard before flight. Of the user's code only `Eq` runs under one; keys are hashed, and what goes is dropped, outside.
//! 3. An empty table has no memory besides its own: a shard keeps the first of its flights in place.

#[cfg(taskward_loom)]
use std::array;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash, RandomState};
use std::mem;
use std::sync::{Arc, LazyLock};

use hashbrown::HashTable;

use super::generated::Keyed;
use super::shared::Flight;
use crate::error::Limit;
use crate::sync::{Mutex, MutexGuard, lock};
use tokio::time::Instant;

/// Flights of different keys seldom meet at one lock.
const SHARDS: usize = 8;

pub(crate) struct Table<K, T> {
    shards: [Mutex<Shard<K, T>>; SHARDS],
}

struct Shard<K, T> {
    first: Option<Entry<K, T>>,
    rest: HashTable<Entry<K, T>>,
}

struct Entry<K, T> {
    hash: u64,
    key: K,
    flight: Arc<Flight<T>>,
}

/// What a caller finds.
pub(crate) enum Boarding<T> {
    Joined(Arc<Flight<T>>),
    /// It is the first one.
    First(Arc<Flight<T>>),
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

    /// Takes a flight out, if it is still the one for its key.
    pub(crate) fn remove(&self, hash: u64, flight: &Arc<Flight<T>>) {
        let entry = self.shard(hash).take(hash, |entry| Arc::ptr_eq(&entry.flight, flight));
        drop(entry);
    }

    /// How many flights are up.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).rest.capacity()).sum()
    }
}

impl<K, T> Table<K, T> {
    /// Joins the flight for `key`, or puts a new one there, which begins with one caller.
    pub(crate) fn board(
        &self,
        keyed: Keyed<K>,
        deadline: Option<(Instant, Limit)>,
        new: impl FnOnce() -> Flight<T>,
    ) -> Boarding<T> {
        let Keyed { key, hash, is } = keyed;
        let mut shard = self.shard(hash);
        let Some(entry) = shard.find(hash, |other| is(other, &key)) else {
            let flight = Arc::new(new());
            shard.insert(Entry { hash, key, flight: flight.clone() });
            return Boarding::First(flight);
        };
        if entry.flight.join(deadline) {
            let flight = entry.flight.clone();
            drop(shard);
            return Boarding::Joined(flight);
        }
        let flight = Arc::new(new());
        let old = mem::replace(&mut entry.flight, flight.clone());
        drop(shard);
        drop(old);
        Boarding::First(flight)
    }

    /// Takes out whichever flight is up for the key. Returns whether there was one.
    pub(crate) fn forget<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let hash = hash(key);
        let entry = self.shard(hash).take(hash, |entry| entry.key.borrow() == key);
        entry.is_some()
    }
}

impl<K, T> Shard<K, T> {
    const fn new() -> Self {
        Self { first: None, rest: HashTable::new() }
    }

    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    fn find(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<&mut Entry<K, T>> {
        let is_it = |entry: &Entry<K, T>| entry.hash == hash && is(&entry.key);
        match &mut self.first {
            Some(first) if is_it(first) => Some(first),
            _ => self.rest.find_mut(hash, is_it),
        }
    }

    fn insert(&mut self, entry: Entry<K, T>) {
        if self.first.is_none() {
            self.first = Some(entry);
        } else {
            self.rest.insert_unique(entry.hash, entry, |entry| entry.hash);
        }
    }

    fn take(&mut self, hash: u64, is_it: impl Fn(&Entry<K, T>) -> bool) -> Option<Entry<K, T>> {
        if let Some(first) = self.first.take_if(|entry| entry.hash == hash && is_it(entry)) {
            return Some(first);
        }
        let (entry, _) = self.rest.find_entry(hash, |entry| entry.hash == hash && is_it(entry)).ok()?.remove();
        if self.rest.is_empty() {
            self.rest = HashTable::new();
        } else if self.rest.capacity() / 8 > self.rest.len() {
            self.rest.shrink_to(2 * self.rest.len(), |entry| entry.hash);
        }
        Some(entry)
    }
}
