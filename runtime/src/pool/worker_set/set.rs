//! What a run asks of its workers.

use std::any::Any;
use std::task::{Context as Task, Poll};

pub(crate) type Panic = Box<dyn Any + Send>;

/// The workers of one run. Dropping them stops those that can be stopped.
pub trait WorkerSet {
    /// Lets them work, and returns how the next one has stopped; `None` once there are none.
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>>;

    /// Whether the runtime is shutting down, and its workers with it.
    fn is_lost(&self) -> bool {
        false
    }

    /// The run is over: drops those that can be dropped at once.
    fn dismiss(&mut self);
}

/// A set to which workers can be added while the run goes on.
pub trait AddWorker<D>: WorkerSet {
    /// Starts another worker.
    fn add_worker(&mut self, worker: D);
}
