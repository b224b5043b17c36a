//! Finished tasks that are not recorded in the ledger yet.
//!
//! Tasks that succeed are recorded in batches, usually by the thread that spawns tasks. So a thread
//! that runs tasks seldom waits for memory or a lock of that thread, and the memory of a task is
//! freed by the thread that has allocated it, which is faster with most allocators.

use std::task::Waker;

use crate::task_output::PoolOutput;

pub(crate) struct FinishedTasks<R: PoolOutput> {
    pub(crate) tasks: Vec<Finished<R>>,
    /// The number of tasks to record together; 0 if each is recorded at once.
    pub(crate) batch: usize,
}

pub(crate) struct Finished<R: PoolOutput> {
    pub(crate) index: usize,
    pub(crate) output: R::Output,
    /// Keeps the memory of the Tokio task, whose future has been dropped.
    pub(crate) memory: Option<Waker>,
}

/// A thread that spawns tasks records the finished ones this often, sooner than others would.
pub(crate) const SPAWNS: usize = 16;

impl<R: PoolOutput> FinishedTasks<R> {
    /// The most tasks that are finished and not recorded.
    pub(crate) const MAX: usize = match 4096 / size_of::<Finished<R>>() {
        0 => 1,
        fits if fits > 4 * SPAWNS => 4 * SPAWNS,
        fits => fits,
    };

    pub(crate) fn new() -> Self {
        Self { tasks: Vec::new(), batch: 0 }
    }
}
