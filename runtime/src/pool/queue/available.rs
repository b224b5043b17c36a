//! The items that no worker has claimed.

use std::collections::VecDeque;
use std::mem;

pub(super) struct Available<T> {
    /// Items that were never claimed.
    items: VecDeque<T>,
    /// The index of the first of them.
    first: usize,
    /// Items that were claimed and returned, with the index of the first.
    returned: VecDeque<(usize, VecDeque<T>)>,
}

impl<T> Available<T> {
    pub(super) fn new(items: Vec<T>) -> Self {
        Self { items: items.into(), first: 0, returned: VecDeque::new() }
    }

    pub(super) fn push(&mut self, item: T) {
        self.items.push_back(item);
    }

    /// Takes all items.
    pub(super) fn take(&mut self) -> Self {
        mem::replace(self, Self::new(Vec::new()))
    }

    pub(super) fn len(&self) -> usize {
        self.items.len() + self.returned.iter().map(|(_, items)| items.len()).sum::<usize>()
    }

    /// Moves `share(AVAILABLE)` neighbours into `chunk`, returned ones first. Returns the index of
    /// the first.
    pub(super) fn claim(&mut self, share: impl Fn(usize) -> usize, chunk: &mut VecDeque<T>) -> Option<usize> {
        let is_returned = !self.returned.is_empty();
        let (first, items) = match self.returned.front_mut() {
            Some((first, items)) => (first, items),
            None => (&mut self.first, &mut self.items),
        };
        if items.is_empty() {
            return None;
        }
        let at = *first;
        chunk.extend(items.drain(..share(items.len())));
        *first += chunk.len();
        if is_returned && items.is_empty() {
            self.returned.pop_front();
        }
        Some(at)
    }

    /// Returns claimed items, the first of which has the index `first`.
    pub(super) fn give_back(&mut self, first: usize, items: VecDeque<T>) {
        if !items.is_empty() {
            self.returned.push_back((first, items));
        }
    }
}
