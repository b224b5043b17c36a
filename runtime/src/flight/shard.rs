//! A part of a table, with its own lock.

use std::sync::Arc;

use hashbrown::HashTable;

use super::shared::Flight;

/// A run that can be joined.
pub(super) struct Entry<K, T> {
    pub(super) hash: u64,
    pub(super) key: K,
    pub(super) flight: Arc<Flight<T>>,
}

/// Stores its first entry inline.
pub(super) struct Shard<K, T> {
    first: Option<Entry<K, T>>,
    rest: HashTable<Entry<K, T>>,
}

impl<K, T> Shard<K, T> {
    pub(super) const fn new() -> Self {
        Self { first: None, rest: HashTable::new() }
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    #[cfg(all(test, not(taskward_loom)))]
    pub(super) fn capacity(&self) -> usize {
        self.rest.capacity()
    }

    #[inline]
    pub(super) fn find(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<&mut Entry<K, T>> {
        let is_it = |entry: &Entry<K, T>| entry.hash == hash && is(&entry.key);
        match &mut self.first {
            Some(first) if is_it(first) => Some(first),
            _ if self.rest.is_empty() => None,
            _ => self.rest.find_mut(hash, is_it),
        }
    }

    #[inline]
    pub(super) fn insert(&mut self, entry: Entry<K, T>) {
        if self.first.is_none() {
            self.first = Some(entry);
        } else {
            self.rest.insert_unique(entry.hash, entry, |entry| entry.hash);
        }
    }

    #[inline]
    pub(super) fn take(&mut self, hash: u64, is: impl Fn(&Entry<K, T>) -> bool) -> Option<Entry<K, T>> {
        match &self.first {
            Some(first) if first.hash == hash && is(first) => self.first.take(),
            _ => self.take_from_rest(hash, is),
        }
    }

    #[cold]
    fn take_from_rest(&mut self, hash: u64, is: impl Fn(&Entry<K, T>) -> bool) -> Option<Entry<K, T>> {
        let (entry, _) = self.rest.find_entry(hash, |entry| entry.hash == hash && is(entry)).ok()?.remove();
        if self.rest.is_empty() {
            self.rest = HashTable::new();
        } else if self.rest.capacity() / 8 > self.rest.len() {
            self.rest.shrink_to(2 * self.rest.len(), |entry| entry.hash);
        }
        Some(entry)
    }
}
