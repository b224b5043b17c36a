//! Re-exports for generated code. Not part of the public interface.

pub use std::vec::Vec;

// Marks an expanded function, for attributes that expand later.
pub use taskward_macros::__expanded;

pub use crate::context::Context;
pub use crate::context::call::generated::*;
pub use crate::context::param::ContextParam;
pub use crate::flight::generated::*;
pub use crate::init::lazy::Lazy;
pub use crate::init::lazy::generated::*;
pub use crate::init::lock::Place;
pub use crate::init::once::Once;
pub use crate::init::once::generated::*;
pub use crate::limit::{CallLimit, Limit};
pub use crate::pool::generated::*;
pub use crate::retry::generated::*;
#[cfg(feature = "signal")]
pub use crate::shutdown::generated::*;
#[cfg(feature = "test-util")]
pub use crate::testing::generated::*;
pub use crate::{__metrics_of as metrics_of, __span_of as span_of};

#[cfg(feature = "tracing")]
pub use tracing;
