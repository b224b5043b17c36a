//! Tries the schedules of a test.

mod coverage;
mod failure;
pub(crate) mod plan;
mod replay;
mod report;
mod search;
mod settings;
mod story;
mod watch;

pub use self::coverage::Coverage;
pub use self::failure::{Failure, FailureKind};
pub use self::report::Report;
pub use self::settings::{RaceTest, TestName};
