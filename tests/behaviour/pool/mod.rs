//! `WorkerPool` and `#[worker_pool]`: they share one engine, so what both do is tested once,
//! through the one that says it more clearly.

mod blocking;
mod collect;
mod endings;
mod endless;
mod engine;
mod generated;
mod local;
mod order;
mod progress;
mod sharing;
mod stops;
mod stream;
mod stream_stops;
