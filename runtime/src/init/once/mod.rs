//! A value, or an error, that is created once and kept.

mod call;
mod cell;
pub(crate) mod generated;
mod initialize;
mod state;

pub use self::cell::Once;
