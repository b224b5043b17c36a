#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod body;
pub mod client;
mod connection;
mod deadline;
mod future;
mod guard;
mod in_trace;
mod layer;
mod mode;
mod outgoing;
mod owned;
mod panics;
#[cfg(feature = "opentelemetry")]
mod propagation;
mod reply;
mod request_id;
mod response;
mod service;
mod settings;

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "tonic")]
pub mod tonic;

pub use crate::body::ContextBody;
pub use crate::client::ClientContextLayer;
pub use crate::connection::{connection, draining};
pub use crate::future::ContextFuture;
pub use crate::layer::ContextLayer;
pub use crate::mode::{Dropping, Owned};
pub use crate::outgoing::DEADLINE_HEADER;
pub use crate::owned::OwnedFuture;
pub use crate::request_id::RequestId;
pub use crate::service::ContextService;
