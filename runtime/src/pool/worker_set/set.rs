//! The interface between a run and its workers.

use std::any::Any;
use std::task::{Context as Task, Poll};

pub(crate) type Panic = Box<dyn Any + Send>;

/// The workers of one run. Dropping the set stops the workers that can be stopped.
pub trait WorkerSet {
    /// Polls the workers. Returns how the next one has stopped, or `None` once none is left.
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>>;

    /// Returns whether the workers stop because the runtime is shutting down.
    fn is_lost(&self) -> bool {
        false
    }

    /// Drops the workers that can be dropped at once, after the run is over.
    fn dismiss(&mut self);
}

/// A set to which workers can be added during the run.
pub trait AddWorker<D>: WorkerSet {
    /// Starts another worker.
    fn add_worker(&mut self, worker: D);
}
