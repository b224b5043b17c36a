//! The claims of taskward's pages under "Cancellation safety", with a cancellation at every
//! suspension.
#![allow(clippy::no_effect_underscore_binding, reason = "it is held to be dropped")]

mod attributes;
mod channel;
mod context;
mod ends;
mod flight;
mod group;
mod guards;
mod lazy;
mod once;
mod pool;

use std::sync::Arc;

/// Lets every task run that can.
async fn settle() {
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
}

/// Counts the live futures that own a clone.
#[derive(Clone, Default)]
struct Alive(Arc<()>);

impl Alive {
    fn count(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}
