//! A name means the same as in the plain function.

#![allow(
    clippy::used_underscore_binding,
    clippy::used_underscore_items,
    reason = "names with an underscore are the case"
)]

mod contexts;
mod flights;
mod futures;
mod limits;
mod names;
mod permits;
mod pools;

use std::time::Duration;

use taskward::ContextError;

type Result<T> = std::result::Result<T, ContextError>;

const MS: Duration = Duration::from_millis(1);
