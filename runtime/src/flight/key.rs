//! The key of a run, with its hash.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::LazyLock;

/// One seed for all tables: `RandomState` cannot be made in a constant.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

#[inline]
pub(super) fn hash<Q: Hash + ?Sized>(key: &Q) -> u64 {
    HASHER.hash_one(key)
}

/// A key, its hash and its equality, so that a type that cannot be a key is one error, where the
/// key is made.
pub struct Keyed<K> {
    pub(super) key: K,
    pub(super) hash: u64,
    pub(super) is: fn(&K, &K) -> bool,
}

impl<K: Hash + Eq> Keyed<K> {
    pub(super) fn of(key: K) -> Self {
        Self { hash: hash(&key), is: K::eq, key }
    }
}
