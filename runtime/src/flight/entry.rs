//! A run in the table.

use std::sync::Arc;

use tokio::time::Instant;

use super::scratch::{RunId, RunScratch};
use super::shared::Flight;
use crate::context::tree::node::Node;
use crate::limit::Limit;

pub(super) struct Entry<K, T> {
    pub(super) hash: u64,
    pub(super) key: K,
    pub(super) run: RunId,
    /// The first caller is polling the run for the first time.
    pub(super) begins: bool,
    /// Forgotten during that poll: only the first caller finds the entry.
    pub(super) is_hidden: bool,
    /// Created by the first joiner, or when the run has to wait. Most runs are ready at once and
    /// not shared.
    flight: Option<Arc<Flight<T>>>,
    /// The run's node, if its deadline moves as callers join.
    timed: Option<Arc<Node>>,
}

impl<K, T> Entry<K, T> {
    pub(super) fn new(hash: u64, key: K, scratch: &RunScratch) -> Self {
        Self { hash, key, run: scratch.id(), begins: true, is_hidden: false, flight: None, timed: scratch.timed() }
    }

    /// Adds a caller. Returns `None` if the run is over, or about to be.
    pub(super) fn join(&mut self, deadline: Option<(Instant, Limit)>) -> Option<Arc<Flight<T>>> {
        if let Some(flight) = &self.flight {
            return flight.join(deadline).then(|| flight.clone());
        }
        let joins = self.timed.as_ref().is_none_or(|node| node.extend(deadline));
        joins.then(|| self.share(1))
    }

    /// Returns the shared part of the run. Creates it with the first caller and `others` if
    /// needed.
    pub(super) fn share(&mut self, others: usize) -> Arc<Flight<T>> {
        let flight = self.flight.get_or_insert_with(|| Arc::new(Flight::new(self.run, self.timed.clone(), 1 + others)));
        flight.clone()
    }

    /// Takes the entry apart. The parts must be dropped after unlocking.
    pub(super) fn take_apart(self) -> Removed<K, T> {
        Removed { _key: self.key, flight: self.flight, _timed: self.timed }
    }
}

/// The parts of a removed entry.
pub(super) struct Removed<K, T> {
    _key: K,
    pub(super) flight: Option<Arc<Flight<T>>>,
    _timed: Option<Arc<Node>>,
}
