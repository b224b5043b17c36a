//! What the workers of one run share.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};

use super::belt::Belt;
use super::claims::Claims;
use super::gather::Batch;
use super::output::Judge;
use super::progress::Tally;
use crate::context::Canceller;
use crate::sync::{Mutex, lock};

pub(crate) struct Floor<T, K, F> {
    pub(crate) work: Work<T, K>,
    /// How many items are finished, for who wants to know.
    pub(crate) tally: Tally,
    /// Which results end a stream.
    pub(crate) fails: Option<Judge<K>>,
    /// Set when the run is to end early: a load for each item, where the context would cost a look at the clock.
    stopped: AtomicBool,
    /// Cancels the calls that are running.
    canceller: Canceller,
    failure: Mutex<Option<F>>,
}

/// Where items come from, and where outputs go.
pub(crate) enum Work<T, K> {
    /// All items are at hand.
    Stock(Stock<T, K>),
    /// Items come while the run goes on.
    Belt(Belt<T, K>),
}

pub(crate) struct Stock<T, K> {
    pub(crate) claims: Claims<T>,
    batches: Mutex<Vec<Batch<K>>>,
    /// In the order of completion, which the workers' batches do not know.
    completed: Option<Mutex<Vec<K>>>,
}

impl<T, K> Stock<T, K> {
    pub(crate) fn new(items: Vec<T>, workers: usize, in_order: bool) -> Self {
        let completed = if in_order { None } else { Some(Mutex::new(Vec::with_capacity(items.len()))) };
        Self { claims: Claims::new(items, workers), batches: Mutex::new(Vec::with_capacity(workers)), completed }
    }
}

impl<T, K, F> Floor<T, K, F> {
    pub(crate) fn new(work: Work<T, K>, total: Option<usize>, fails: Option<Judge<K>>, canceller: Canceller) -> Self {
        let (tally, stopped, failure) = (Tally::new(total), AtomicBool::new(false), Mutex::new(None));
        Self { work, tally, fails, stopped, canceller, failure }
    }

    #[inline]
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Acquire)
    }

    /// Ends the run: nothing more is claimed, and what runs is cancelled.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Release);
        // Dropped last: should that panic, the other calls have been cancelled.
        match &self.work {
            Work::Stock(stock) => {
                let unclaimed = stock.claims.close();
                self.canceller.cancel();
                drop(unclaimed);
            }
            Work::Belt(belt) => {
                let unclaimed = belt.clear();
                self.canceller.cancel();
                drop(unclaimed);
            }
        }
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

    pub(crate) fn take_failure(&self) -> Option<F> {
        lock(&self.failure).take()
    }

    /// Whether outputs are handed in one by one.
    pub(crate) fn one_by_one(&self) -> bool {
        !matches!(&self.work, Work::Stock(Stock { completed: None, .. }))
    }

    /// Of a run that has one.
    pub(crate) fn belt(&self) -> &Belt<T, K> {
        match &self.work {
            Work::Belt(belt) => belt,
            Work::Stock(_) => unreachable!("the items of this run were all at hand"),
        }
    }

    /// One output, of the item with this index.
    pub(crate) fn hand_in(&self, index: usize, output: K) {
        match &self.work {
            Work::Stock(Stock { completed: Some(completed), .. }) => lock(completed).push(output),
            Work::Stock(Stock { completed: None, .. }) => {}
            Work::Belt(belt) => belt.hand_in(index, output),
        }
    }

    /// All outputs of a worker that were not handed in one by one.
    pub(crate) fn hand_in_batch(&self, batch: Batch<K>) {
        if let Work::Stock(Stock { completed: None, batches, .. }) = &self.work {
            lock(batches).push(batch);
        }
    }

    /// What the workers have handed in.
    pub(crate) fn take_outputs(&self) -> Outputs<K> {
        match &self.work {
            Work::Stock(Stock { completed: Some(completed), .. }) => {
                Outputs::Completed(std::mem::take(&mut *lock(completed)))
            }
            Work::Stock(Stock { batches, .. }) => Outputs::Batches(std::mem::take(&mut *lock(batches))),
            Work::Belt(_) => Outputs::Completed(Vec::new()),
        }
    }
}

pub(crate) enum Outputs<K> {
    /// In the order of completion.
    Completed(Vec<K>),
    Batches(Vec<Batch<K>>),
}
