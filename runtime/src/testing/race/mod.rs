//! Tries the schedules of a test.

mod coverage;
pub(crate) mod delay;
pub(crate) mod failure;
pub(crate) mod journal;
pub(crate) mod plan;
pub(crate) mod polls;
mod replay;
mod report;
mod search;
mod settings;
pub(crate) mod story;
pub(crate) mod watch;

pub use self::coverage::Coverage;
pub use self::failure::{Failure, FailureKind};
pub use self::report::Report;
pub use self::settings::{RaceTest, TestName};
