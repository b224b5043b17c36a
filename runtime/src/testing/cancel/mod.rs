//! Cancels a future at each place where it can be suspended.

mod aim;
mod cancellable;
mod failure;
mod replay;
mod report;
mod search;
mod settings;

pub use self::cancellable::{Cancellable, cancellable};
pub use self::failure::{CancelFailure, CancelFailureKind};
pub use self::report::{CancelPoints, CancelReport};
pub use self::settings::CancelTest;
