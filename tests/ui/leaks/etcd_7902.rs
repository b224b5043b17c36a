// Releasing waits for the leader, which needs the lock that the follower holds.
use std::sync::Mutex;

use taskward::{Context, ContextError, cancellable};
use tokio::sync::Notify;

#[cancellable]
async fn release(ctx: &Context, next: &Notify) -> Result<(), ContextError> {
    next.notified().await;
    ctx.check()
}

#[cancellable]
async fn follow(ctx: &Context, round: &Mutex<u32>, next: &Notify) -> Result<(), ContextError> {
    let guard = round.lock().unwrap();
    release(ctx, next).await?;
    drop(guard);
    Ok(())
}

fn main() {
    let _ = follow;
}
