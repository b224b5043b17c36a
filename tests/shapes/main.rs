//! Every shape of function, under every macro.

mod attributes;
#[cfg(feature = "test-util")]
mod cancel_tests;
mod frameworks;
mod functions;
mod generated;
mod hostile;
mod inner_attributes;
mod lazy;
mod methods;
mod once;
#[cfg(feature = "test-util")]
mod race_tests;
#[cfg(feature = "tonic")]
mod services;
mod single_flight;
mod traits;

type Result<T, E = taskward::ContextError> = std::result::Result<T, E>;
