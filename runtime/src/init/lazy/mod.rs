//! A value that is created when first needed, and again after it was invalidated.

mod cell;
mod failures;
pub(crate) mod generated;
mod guard;
mod initialize;
#[cfg(all(test, taskward_loom))]
mod loom_models;
mod output;
mod slot;
mod state;

pub use self::cell::Lazy;
pub use self::guard::LazyGuard;
