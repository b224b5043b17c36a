use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use taskward::{Context, ContextError, cancellable};
use tokio::sync::mpsc::Receiver;
use tokio::time::sleep;

#[cancellable]
async fn asks(ctx: &Context, ready: &AtomicBool) -> Result<(), ContextError> {
    while !ready.load(Ordering::Acquire) {
        sleep(Duration::from_millis(10)).await;
    }
    while !ready.load(Ordering::Acquire) {
        tokio::task::yield_now().await;
    }
    loop {
        if ready.load(Ordering::Acquire) {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    ctx.check()
}

#[cancellable]
async fn spins(ctx: &Context, queue: &mut Receiver<u8>) -> Result<u8, ContextError> {
    loop {
        if let Ok(item) = queue.try_recv() {
            return Ok(item);
        }
        ctx.checkpoint().await?;
    }
}

fn main() {
    let ctx = Context::background();
    let (_sender, mut queue) = tokio::sync::mpsc::channel(1);
    drop(asks(&ctx, &AtomicBool::new(true)));
    drop(spins(&ctx, &mut queue));
}
