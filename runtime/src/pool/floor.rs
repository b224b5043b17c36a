//! What the workers of one run share.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};

use super::claims::Claims;
use super::gather::Batch;
use crate::context::Canceller;
use crate::sync::{Mutex, lock};

pub(crate) struct Floor<T, K, F> {
    pub(crate) claims: Claims<T>,
    /// Set when the run is to end early: a load for each item, where the context would cost a look at the clock.
    stopped: AtomicBool,
    /// Cancels the calls that are running.
    canceller: Canceller,
    failure: Mutex<Option<F>>,
    batches: Mutex<Vec<Batch<K>>>,
}

impl<T, K, F> Floor<T, K, F> {
    pub(crate) fn new(items: Vec<T>, workers: usize, canceller: Canceller) -> Self {
        Self {
            claims: Claims::new(items, workers),
            stopped: AtomicBool::new(false),
            canceller,
            failure: Mutex::new(None),
            batches: Mutex::new(Vec::with_capacity(workers)),
        }
    }

    #[inline]
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Acquire)
    }

    /// Ends the run: nothing more is claimed, and what runs is cancelled.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Release);
        let unclaimed = self.claims.close();
        self.canceller.cancel();
        // Last: should this panic, the other calls have been cancelled.
        drop(unclaimed);
    }

    /// Notes the first failure, and ends the run.
    #[cold]
    pub(crate) fn fail(&self, failure: F) {
        let later = {
            let mut first = lock(&self.failure);
            if first.is_none() { first.replace(failure) } else { Some(failure) }
        };
        drop(later);
        self.stop();
    }

    pub(crate) fn hand_in(&self, batch: Batch<K>) {
        lock(&self.batches).push(batch);
    }

    pub(crate) fn take_failure(&self) -> Option<F> {
        lock(&self.failure).take()
    }

    pub(crate) fn take_batches(&self) -> Vec<Batch<K>> {
        std::mem::take(&mut *lock(&self.batches))
    }
}
