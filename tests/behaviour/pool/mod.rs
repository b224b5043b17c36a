//! `WorkerPool` and `#[worker_pool]`. They share one engine, so each behaviour is tested once,
//! through the clearer one.

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
mod workers;
