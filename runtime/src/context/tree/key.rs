//! Names a registration in the table of observers.

use std::num::NonZeroU32;

/// How many bits of a slot number name the shard.
const SHARD_BITS: u32 = if cfg!(taskward_loom) { 1 } else { 4 };

/// The number of shards of the table.
pub(crate) const SHARDS: usize = 1 << SHARD_BITS;

const INDEX_BITS: u32 = u32::BITS - SHARD_BITS;

/// Names one registration. The stamp tells it from later ones in the same slot, so a key may
/// outlive its registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    slot: u32,
    pub(crate) stamp: NonZeroU32,
}

impl Key {
    /// # Panics
    ///
    /// With 268,435,456 registrations in one shard.
    #[inline]
    pub(crate) fn new(shard: usize, index: u32, stamp: NonZeroU32) -> Self {
        assert!(index < 1 << INDEX_BITS, "too many calls wait at once");
        let Ok(shard) = u32::try_from(shard) else { unreachable!("there are few shards") };
        Self { slot: shard << INDEX_BITS | index, stamp }
    }

    #[inline]
    pub(crate) fn shard(self) -> usize {
        (self.slot >> INDEX_BITS) as usize
    }

    #[inline]
    pub(crate) fn index(self) -> u32 {
        self.slot & ((1 << INDEX_BITS) - 1)
    }
}
