//! The behaviour of taskward, one concept per file, on Tokio's paused clock.
#![allow(
    clippy::unused_async,
    clippy::missing_panics_doc,
    clippy::unnecessary_wraps,
    clippy::multiple_bound_locations,
    clippy::similar_names,
    reason = "test functions stand for users' ones, whose bodies do not matter"
)]

mod channel;
mod context;
mod flight;
mod group;
mod interruption;
mod lazy;
mod macros;
mod once;
mod pool;
mod readme;
mod shutdown;
mod support;
#[cfg(feature = "test-util")]
mod testing;

/// If the feature is enabled, the suites that spawn tasks run under `#[taskward::test]`.
mod watched {
    #[cfg(feature = "test-util")]
    pub(crate) use taskward::test;
    #[cfg(not(feature = "test-util"))]
    pub(crate) use tokio::test;
}
