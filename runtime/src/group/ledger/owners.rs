//! The order in which tasks were spawned, for outputs in the order in which tasks finished.

use std::collections::VecDeque;

use super::memory::shrink;

/// The task indices of the outputs. Meaningless if outputs are zero-sized.
pub(super) enum Owners {
    /// Each task finished after the one spawned before it; the first index.
    Consecutive(usize),
    Any(VecDeque<usize>),
}

impl Default for Owners {
    fn default() -> Self {
        Self::Consecutive(0)
    }
}

impl Owners {
    /// Adds the owner of a further output. `len` is the number of outputs before it.
    #[inline]
    pub(super) fn push(&mut self, len: usize, index: usize) {
        match self {
            Self::Consecutive(first) if len == 0 => *first = index,
            Self::Consecutive(first) if *first + len == index => {}
            Self::Consecutive(first) => *self = Self::Any((*first..*first + len).chain([index]).collect()),
            Self::Any(owners) if owners.is_empty() => *self = Self::Consecutive(index),
            Self::Any(owners) => owners.push_back(index),
        }
    }

    /// Removes the owner of the first output.
    pub(super) fn pop(&mut self) {
        match self {
            Self::Consecutive(first) => *first += 1,
            Self::Any(owners) => {
                owners.pop_front();
                shrink(owners);
            }
        }
    }

    /// Returns the owners of `len` outputs.
    pub(super) fn all(self, len: usize) -> VecDeque<usize> {
        match self {
            Self::Consecutive(first) => (first..first + len).collect(),
            Self::Any(owners) => owners,
        }
    }
}

/// Returns the values in order of their indices.
pub(super) fn by_index<T>(values: impl Iterator<Item = (usize, T)>) -> Vec<T> {
    let mut values: Vec<_> = values.collect();
    let (first, last) =
        values.iter().fold((usize::MAX, 0), |(first, last), (index, _)| (first.min(*index), last.max(*index)));
    if last.saturating_sub(first) / 4 > values.len() {
        values.sort_unstable_by_key(|(index, _)| *index);
        return values.into_iter().map(|(_, value)| value).collect();
    }
    // Few indices are missing, so no comparisons are needed.
    let mut places: Vec<_> = (first..=last).map(|_| None).collect();
    for (index, value) in values {
        places[index - first] = Some(value);
    }
    places.into_iter().flatten().collect()
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use super::{Owners, by_index};

    #[test]
    fn owners_are_kept_in_order_of_finishing() {
        let mut owners = Owners::default();
        for (len, index) in [3, 4, 5].into_iter().enumerate() {
            owners.push(len, index);
        }
        assert!(matches!(owners, Owners::Consecutive(3)));
        owners.pop();
        owners.push(2, 9);
        owners.push(3, 2);
        owners.pop();
        assert_eq!(owners.all(3), [5, 9, 2]);
    }

    #[test]
    fn values_are_ordered_by_dense_and_by_sparse_indices() {
        assert_eq!(by_index([(7, 'b'), (6, 'a'), (9, 'c')].into_iter()), ['a', 'b', 'c']);
        assert_eq!(by_index([(usize::MAX, 'c'), (0, 'a'), (9, 'b')].into_iter()), ['a', 'b', 'c']);
        assert!(by_index::<char>([].into_iter()).is_empty());
    }
}
