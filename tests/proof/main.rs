//! Known bugs in plain Tokio code, each with a repaired variant: race tests and cancel tests find
//! the bug within a number of runs.
//!
//! Each bug is a module: `found` must fail within that number of runs, and `repaired` must pass.
//! [`table`] records the numbers.
#![allow(clippy::unused_async, reason = "what is awaited in the place of a call over the network")]

mod claims;
mod context_ends;
mod drops;
mod lints;
mod reports;
mod schedules;
mod table;
