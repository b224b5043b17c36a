//! `#[cancellable(span, metrics)]`: observes calls.

pub(crate) mod call;
pub(crate) mod end;
#[cfg(feature = "metrics")]
mod meter;
