//! `taskward::channel`.

mod blocking;
mod close;
mod errors;
mod permits;
mod races;
mod receive;
mod send;

use std::future::Future;

use tokio::runtime::Builder;

/// Runs a test on one thread, with a paused clock, and on two.
fn on_both_flavours<F: Future<Output = ()>>(test: impl Fn() -> F) {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(test());
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test());
}
