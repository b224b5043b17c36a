//! The part of a table that has a lock of its own.

use hashbrown::HashTable;

use super::entry::Entry;
use super::kit::Token;

pub(super) struct Shard<K, T> {
    first: Option<Entry<K, T>>,
    rest: HashTable<Entry<K, T>>,
    /// How many of them are [hidden](Entry::is_hidden).
    pub(super) hidden: usize,
}

impl<K, T> Shard<K, T> {
    pub(super) const fn new() -> Self {
        Self { first: None, rest: HashTable::new(), hidden: 0 }
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len() - self.hidden
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.rest.capacity()
    }

    pub(super) fn find(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<&mut Entry<K, T>> {
        self.find_entry(hash, |entry| !entry.is_hidden && is(&entry.key))
    }

    pub(super) fn find_run(&mut self, hash: u64, run: Token) -> Option<&mut Entry<K, T>> {
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

    pub(super) fn take(&mut self, hash: u64, is_it: impl Fn(&Entry<K, T>) -> bool) -> Option<Entry<K, T>> {
        let taken = self.take_any(hash, is_it)?;
        self.hidden -= usize::from(taken.is_hidden);
        Some(taken)
    }

    fn take_any(&mut self, hash: u64, is_it: impl Fn(&Entry<K, T>) -> bool) -> Option<Entry<K, T>> {
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
