//! Tries the schedules of a test.

mod coverage;
mod delay;
mod failure;
pub(crate) mod journal;
mod pct;
pub(crate) mod plan;
pub(crate) mod polls;
mod replay;
mod report;
mod search;
mod settings;
pub(crate) mod story;

pub use self::coverage::Coverage;
pub use self::failure::Failure;
pub use self::report::Report;
pub use self::settings::RaceTest;
