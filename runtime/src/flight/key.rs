//! The key of a run, with its hash.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::LazyLock;

/// One seed for all tables, because `RandomState` cannot be created in a constant.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

#[inline]
pub(super) fn hash<Q: Hash + ?Sized>(key: &Q) -> u64 {
    HASHER.hash_one(key)
}

/// A key with its hash and its equality. Created in one place, so that an unsuitable key type is a
/// single error.
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
