//! The shards that all nodes share, and the shard of the current thread.

use std::sync::atomic::Ordering::Relaxed;

use crossbeam_utils::CachePadded;

use super::key::SHARDS;
use super::shard::Shard;
#[cfg(not(taskward_loom))]
use crate::sync::plain::Lazy;

struct Table([CachePadded<Shard>; SHARDS]);

impl Table {
    fn new() -> Self {
        Self(std::array::from_fn(|number| CachePadded::new(Shard::new(number))))
    }
}

#[cfg(not(taskward_loom))]
#[inline]
fn table() -> &'static Table {
    static TABLE: Lazy<Table> = Lazy::new(Table::new);
    &TABLE
}

#[inline]
pub(crate) fn shard(number: usize) -> &'static Shard {
    &table().0[number]
}

/// Returns the shard of the current thread.
#[cfg(not(taskward_loom))]
#[inline]
pub(crate) fn own_shard() -> &'static Shard {
    use std::cell::Cell;
    use std::sync::atomic::AtomicUsize;

    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    let mut own = OWN.get();
    if own == usize::MAX {
        own = NEXT.fetch_add(1, Relaxed) % SHARDS;
        OWN.set(own);
    }
    shard(own)
}

#[cfg(taskward_loom)]
mod modelled {
    use loom::sync::atomic::AtomicUsize;

    use super::{Relaxed, SHARDS, Shard, Table, shard};

    loom::lazy_static! {
        static ref TABLE: Table = Table::new();
        static ref NEXT: AtomicUsize = AtomicUsize::new(0);
    }
    loom::thread_local! {
        static OWN: usize = NEXT.fetch_add(1, Relaxed) % SHARDS;
    }

    pub(super) fn table() -> &'static Table {
        &TABLE
    }

    pub(crate) fn own_shard() -> &'static Shard {
        shard(OWN.with(|own| *own))
    }
}

#[cfg(taskward_loom)]
pub(crate) use self::modelled::own_shard;
#[cfg(taskward_loom)]
use self::modelled::table;
