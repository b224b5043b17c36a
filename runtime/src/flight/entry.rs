//! A run in the table.

use std::sync::Arc;

use tokio::time::Instant;

use super::kit::{Kit, Token};
use super::shared::Flight;
use crate::context::tree::node::Node;
use crate::error::Limit;

pub(super) struct Entry<K, T> {
    pub(super) hash: u64,
    pub(super) key: K,
    pub(super) run: Token,
    /// The first caller polls it for the first time.
    pub(super) begins: bool,
    /// It was forgotten meanwhile: nobody finds it any more, but that caller.
    pub(super) is_hidden: bool,
    /// Made when it is first needed: most runs are ready at once, and nobody joins them.
    pub(super) flight: Option<Arc<Flight<T>>>,
    /// The scope, if its deadline moves on with those who join.
    pub(super) timed: Option<Arc<Node>>,
}

impl<K, T> Entry<K, T> {
    pub(super) fn new(hash: u64, key: K, kit: &Kit) -> Self {
        Self { hash, key, run: kit.token(), begins: true, is_hidden: false, flight: None, timed: kit.timed() }
    }

    /// Another caller. Returns `None` if it comes too late.
    pub(super) fn join(&mut self, deadline: Option<(Instant, Limit)>) -> Option<Arc<Flight<T>>> {
        if let Some(flight) = &self.flight {
            return flight.join(deadline).then(|| flight.clone());
        }
        let joins = self.timed.as_ref().is_none_or(|scope| scope.extend(deadline));
        joins.then(|| self.share(1))
    }

    /// What is shared of the run, by the first caller, and `others` if it is made now.
    pub(super) fn share(&mut self, others: usize) -> Arc<Flight<T>> {
        let flight = self.flight.get_or_insert_with(|| Arc::new(Flight::new(self.run, self.timed.clone(), 1 + others)));
        flight.clone()
    }
}
