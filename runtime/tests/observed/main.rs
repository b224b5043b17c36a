//! Spans and metrics of annotated calls, and gauges of groups and pools.

mod calls;
mod functions;
mod gauges;
mod log;
mod meters;
mod spans;
