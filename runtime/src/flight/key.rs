//! The key of a run, with its hash.

use std::hash::{BuildHasher, Hash, RandomState};

use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;

use crate::sync::plain::Lazy;

/// One hasher for all tables, with the randomness of the standard library's.
///
/// Half the cost of a call was `SipHash`. Without the seed, no keys can be chosen in advance that
/// collide. Timing could reveal the seed to an attacker who sends requests for a long time; but
/// only live runs are in a table, so colliding keys slow a call by comparisons with at most as
/// many keys as the attacker keeps runs alive.
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
