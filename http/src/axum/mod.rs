//! axum's serve with a drain that is bounded.
#![doc = include_str!("../../docs/axum.md")]

mod connection;
mod executor;
mod io;
mod serve;

pub use self::serve::{Serve, ServeFuture, serve};
