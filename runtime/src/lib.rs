#![doc = include_str!("../../README.md")]

mod context;
mod error;
mod outcome;
mod pool;
mod sync;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use crate::context::{CancelHook, Canceller, Context, WaitForCancel};
pub use crate::error::{Cancelled, Cause, ContextError, DeadlineExceeded};
pub use crate::outcome::{InterruptedError, Outcome};

pub use taskward_macros::{cancellable, with_timeout, worker_pool};
