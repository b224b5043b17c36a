//! Bugs that others have had in plain Tokio code, each with its repaired twin: what race tests and
//! cancel tests find, and within how many runs.
//!
//! Each bug is a module: `found` must fail, in no more runs than it says, and `repaired` must pass.
//! [`table`] keeps the numbers.
#![allow(clippy::unused_async, reason = "what is awaited in the place of a call over the network")]

mod claims;
mod context_ends;
mod drops;
mod lints;
mod reports;
mod schedules;
mod table;
