//! `WorkerPool` and `#[worker_pool]`: they share one engine, so what both do is tested once, through the one that says
//! it more clearly.

mod blocking;
mod collect;
mod engine;
mod generated;
mod stops;
