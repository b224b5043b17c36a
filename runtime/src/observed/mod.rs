//! `#[cancellable(span, metrics)]`: what is told of a call.

pub(crate) mod call;
pub(crate) mod end;
#[cfg(feature = "metrics")]
mod meter;
