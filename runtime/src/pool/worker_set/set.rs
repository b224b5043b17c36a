//! The interface between a run and its workers.

use std::any::Any;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use crate::context::Context;
use crate::pool::output::Streamed;
use crate::pool::run_state::RunState;
use crate::pool::setup::Setup;

pub(crate) type Panic = Box<dyn Any + Send>;

/// The workers of one run. Dropping the set stops the workers.
pub trait WorkerSet {
    /// Creates a set whose workers stop at the end of `ctx`.
    fn new(setup: Setup, ctx: &Context) -> Self;

    /// Returns the parent of the workers' contexts. Ends early if the workers stop early.
    fn ctx(&self) -> &Context;

    /// Polls the workers that share the task of the caller.
    fn drive(&mut self, _: &mut Task<'_>) {}

    /// Waits until every worker has stopped. No worker is started from the first call on.
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<()>;

    /// Takes the first panic of a worker that was not in the task of the caller.
    fn take_panic(&mut self) -> Option<Panic> {
        None
    }
}

/// A set that starts the workers of a stream on demand, with an `F`.
pub trait OnDemand<T, R, F>: WorkerSet {
    fn start_worker(&mut self, run: Arc<RunState<T, R, Streamed>>, start: &mut F);
}
