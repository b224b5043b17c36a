//! The engines of the test attributes, for tests that inspect a report. [`RaceTest`] tries the
//! schedules of a body, [`CancelTest`] cancels a future at each of its suspensions, and [`Test`]
//! watches the tasks of a test.
//!
//! Requires the feature `test-util`, which belongs in the dev-dependencies.

// A session knows the tasks of its test: the macros wrap futures that a test spawns in `Tracked`,
// and taskward's own spawns do so themselves. A session may have a director, which decides before
// each poll how far it goes.

mod blocked;
mod budget;
mod cancel;
mod checkpoint;
mod examine;
mod exit;
mod explore;
pub(crate) mod generated;
mod hang;
#[cfg(tokio_unstable)]
mod hooks;
mod joined;
mod live;
mod machine;
mod output;
mod panics;
mod race;
mod report;
mod run;
mod seen;
mod session;
mod settle;
mod spawn;
mod task;
mod test;
mod verdict;
mod watchdog;

pub use self::cancel::{CancelFailure, CancelReport, CancelTest, Cancellable, Cancellation, cancellable};
pub use self::explore::FailureKind;
pub use self::joined::receive_panic;
pub use self::live::LiveTask;
pub use self::output::TestOutput;
pub use self::panics::TaskPanic;
pub use self::race::{Coverage, Failure, RaceTest, Report};
pub use self::report::Findings;
pub(crate) use self::session::Session;
pub(crate) use self::task::Tracked;
pub use self::test::{Level, Test};
pub use crate::waits::place::Place;
