//! The end of a task.

use crate::error::ContextError;
use crate::task_output::PoolOutput;

pub(super) enum Report<R: PoolOutput> {
    Output(R::Output),
    Exception(Exception<R::Residual>),
    /// Dropped at the end of its context.
    Interrupted(ContextError),
}

/// The end of a task that finished without an output.
pub(crate) enum Exception<E> {
    /// Failed with its own error.
    Failed(E),
    /// Failed with an error that repeats the end of its context.
    Echoed(E),
    /// Panicked or was aborted, without effect on other tasks.
    Alone(ContextError),
    /// Never started, or was dropped at the end of the group.
    Interrupted,
}
