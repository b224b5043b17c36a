//! A part of a table, with its own lock.

use hashbrown::HashTable;

use super::entry::{Entry, Removed};
use super::scratch::RunId;

pub(super) struct Shard<K, T> {
    first: Option<Entry<K, T>>,
    rest: HashTable<Entry<K, T>>,
    /// The number of [hidden](Entry::is_hidden) entries.
    pub(super) hidden: usize,
}

impl<K, T> Shard<K, T> {
    pub(super) const fn new() -> Self {
        Self { first: None, rest: HashTable::new(), hidden: 0 }
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len() - self.hidden
    }

    #[cfg(all(test, not(taskward_loom)))]
    pub(super) fn capacity(&self) -> usize {
        self.rest.capacity()
    }

    pub(super) fn find(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<&mut Entry<K, T>> {
        self.find_entry(hash, |entry| !entry.is_hidden && is(&entry.key))
    }

    pub(super) fn find_run(&mut self, hash: u64, run: RunId) -> Option<&mut Entry<K, T>> {
        self.find_entry(hash, |entry| entry.run == run)
    }

    fn find_entry(&mut self, hash: u64, is: impl Fn(&Entry<K, T>) -> bool) -> Option<&mut Entry<K, T>> {
        let is_it = |entry: &Entry<K, T>| entry.hash == hash && is(entry);
        match &mut self.first {
            Some(first) if is_it(first) => Some(first),
            _ if self.rest.is_empty() => None,
            _ => self.rest.find_mut(hash, is_it),
        }
    }

    pub(super) fn insert(&mut self, entry: Entry<K, T>) {
        if self.first.is_none() {
            self.first = Some(entry);
        } else {
            self.rest.insert_unique(entry.hash, entry, |entry| entry.hash);
        }
    }

    #[inline]
    pub(super) fn take_run(&mut self, hash: u64, run: RunId) -> Option<Removed<K, T>> {
        if self.first.as_ref().is_some_and(|entry| entry.run == run) {
            let entry = self.first.take()?;
            return Some(self.removed(entry));
        }
        self.take_from_rest(hash, run)
    }

    #[cold]
    fn take_from_rest(&mut self, hash: u64, run: RunId) -> Option<Removed<K, T>> {
        let (entry, _) = self.rest.find_entry(hash, |entry| entry.run == run).ok()?.remove();
        if self.rest.is_empty() {
            self.rest = HashTable::new();
        } else if self.rest.capacity() / 8 > self.rest.len() {
            self.rest.shrink_to(2 * self.rest.len(), |entry| entry.hash);
        }
        Some(self.removed(entry))
    }

    #[inline]
    fn removed(&mut self, entry: Entry<K, T>) -> Removed<K, T> {
        self.hidden -= usize::from(entry.is_hidden);
        entry.take_apart()
    }
}
