//! The data of the queue.

use std::collections::BTreeMap;
use std::task::Waker;

use super::available::Available;

/// The part of the queue under its lock.
pub(super) struct State<T> {
    pub(super) items: Available<T>,
    /// The number of workers that hold items.
    pub(super) holders: usize,
    /// The number of workers that may still be started on demand.
    pub(super) to_start: usize,
    /// No more items will come.
    pub(super) closed: bool,
    /// The wakers of waiting workers, by number.
    pub(super) idle: BTreeMap<usize, Waker>,
    pub(super) idle_threads: usize,
}

impl<T> State<T> {
    pub(super) fn new(items: Vec<T>, to_start: usize, closed: bool) -> Self {
        let items = Available::new(items);
        Self { items, holders: 0, to_start, closed, idle: BTreeMap::new(), idle_threads: 0 }
    }
}

/// Records whether a worker holds items; see the invariants.
#[derive(Default)]
pub(crate) struct Holds(pub(super) bool);
