// A worker waits with a read lock held; a writer waits for it, and other readers for the writer.
use std::sync::RwLock;

use taskward::{Context, cancellable};
use tokio::sync::Notify;

#[cancellable]
async fn work(_ctx: &Context, limits: &RwLock<u32>, filled: &Notify) -> Option<u32> {
    let limit = limits.read().unwrap();
    filled.notified().await;
    Some(*limit)
}

fn main() {
    let _ = work;
}
