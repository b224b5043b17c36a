//! Code generation for functions.

pub(crate) mod call;
pub(crate) mod evaluate;
pub(crate) mod memo;
mod param;
pub(crate) mod params;

pub(crate) use self::call::Call;
pub(crate) use self::params::{Params, Passing};
