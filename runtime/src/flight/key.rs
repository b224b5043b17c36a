//! The key of a run, with its hash.

use std::hash::{BuildHasher, Hash, RandomState};

use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;

use crate::sync::plain::Lazy;

/// One hasher for all tables, with the randomness of the standard library's.
///
/// `SipHash` would be a quarter of the cost of a call. Without the seed, nobody can choose keys
/// that collide. Timing could reveal the seed to an attacker who sends requests for a long time.
/// But only live runs are in a table, so a call compares its key with those of the attacker's
/// requests in flight at most.
static HASHER: Lazy<SeedableRandomState> = Lazy::new(|| {
    let random = RandomState::new();
    let seed = Box::leak(Box::new(SharedSeed::from_u64(random.hash_one(0))));
    SeedableRandomState::with_seed(random.hash_one(1), seed)
});

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
