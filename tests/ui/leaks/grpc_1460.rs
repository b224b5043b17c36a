// The keep-alive loop sleeps with the lock held, and waking it needs the lock.
use std::sync::Mutex;

use taskward::{Context, ContextError, cancellable};
use tokio::sync::Notify;

#[cancellable]
async fn keep_alive(ctx: &Context, streams: &Mutex<u32>, awaken: &Notify) -> Result<(), ContextError> {
    loop {
        let streams = streams.lock().unwrap();
        if *streams == 0 {
            awaken.notified().await;
        }
        ctx.check()?;
    }
}

fn main() {
    let _ = keep_alive;
}
