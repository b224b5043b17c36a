//! Cancels a future at each place where it can be suspended.

mod cancellable;
mod failure;
mod replay;
mod report;
mod search;
mod settings;
mod target;
mod way;

pub use self::cancellable::{Cancellable, cancellable};
pub use self::failure::CancelFailure;
pub use self::report::CancelReport;
pub use self::settings::CancelTest;
pub use self::way::Cancellation;
