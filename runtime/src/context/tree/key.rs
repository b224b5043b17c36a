//! Identifies a registration in the table of observers.

use std::num::NonZeroU32;

/// The number of bits of a slot number that select the shard.
const SHARD_BITS: u32 = if cfg!(taskward_loom) { 1 } else { 4 };

pub(crate) const SHARDS: usize = 1 << SHARD_BITS;

const INDEX_BITS: u32 = u32::BITS - SHARD_BITS;

/// Identifies one registration. The generation distinguishes it from later registrations in the
/// same slot, so a key may outlive its registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    slot: u32,
    pub(crate) generation: NonZeroU32,
}

impl Key {
    /// # Panics
    ///
    /// If a shard has 268,435,456 registrations.
    #[inline]
    pub(crate) fn new(shard: usize, index: u32, generation: NonZeroU32) -> Self {
        assert!(index < 1 << INDEX_BITS, "too many calls wait at once");
        let Ok(shard) = u32::try_from(shard) else { unreachable!("there are few shards") };
        Self { slot: shard << INDEX_BITS | index, generation }
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
