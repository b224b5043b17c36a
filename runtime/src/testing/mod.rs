//! Tests that try the schedules.
//!
//! A test's tasks are known to its [`session`]: the macros put what a test spawns into [`Tracked`](task::Tracked) futures, and taskward's own
//! spawns do so themselves. The session may have a director, who decides before each poll how far it goes.

mod budget;
mod cancel;
mod checkpoint;
pub(crate) mod generated;
mod output;
mod panics;
mod race;
mod run;
mod session;
mod spawn;
mod task;

pub use self::cancel::{CancelFailure, CancelReport, CancelTest, Cancellable, cancellable};
pub use self::output::TestOutput;
pub use self::race::{Coverage, Failure, FailureKind, RaceTest, Report};
pub(crate) use self::session::Session;
pub(crate) use self::task::Tracked;
