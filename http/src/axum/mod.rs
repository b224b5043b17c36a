//! axum's `serve` with a bounded drain.
#![doc = include_str!("../../docs/axum.md")]

mod connection;
mod executor;
mod io;
mod serve;

pub use self::serve::{Serve, ServeFuture, serve};
