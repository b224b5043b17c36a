//! The common part of race tests and cancel tests: running a body many times.

mod ending;
mod name;
pub(super) mod replay;
mod runs;
mod settings;
mod watch;

pub use self::ending::FailureKind;
pub use self::name::TestName;
pub(super) use self::runs::Runs;
pub(super) use self::settings::{Common, setters};
pub(super) use self::watch::Stuck;
