#![doc = include_str!("../../README.md")]
#![forbid(unsafe_code)]

mod context;
mod error;
mod outcome;
mod pool;
mod roster;
#[cfg(doc)]
pub mod rules;
mod sync;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use crate::context::{CancelHook, Canceller, Context, WaitForCancel};
pub use crate::error::{Cancelled, Cause, ContextError, DeadlineExceeded};
pub use crate::outcome::{InterruptedError, Outcome};
pub use crate::pool::{PoolOutput, Progress, WorkerPool, WorkerStream};

#[doc = include_str!("../docs/cancellable.md")]
pub use taskward_macros::cancellable;
#[doc = include_str!("../docs/enforce.md")]
pub use taskward_macros::enforce;
#[doc = include_str!("../docs/with_timeout.md")]
pub use taskward_macros::with_timeout;
#[doc = include_str!("../docs/worker_pool.md")]
pub use taskward_macros::worker_pool;
