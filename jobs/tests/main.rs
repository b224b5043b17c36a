//! Worker pools over a job queue, on SQLite and on a Postgres that the tests start themselves.
#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "jobs that do little, with the signatures of jobs")]

mod announcements;
mod batches;
mod cancellation;
mod clocks;
mod databases;
#[cfg(feature = "tls")]
mod encryption;
mod failures;
mod options;
mod processes;
mod reports;
mod support;
mod values;
