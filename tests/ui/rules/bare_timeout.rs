use std::time::Duration;

use taskward::{Context, ContextError, cancellable};

async fn fetch(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[cancellable]
async fn page(ctx: &Context) -> Result<(), ContextError> {
    let limit = Duration::from_secs(1);
    fetch(&ctx.with_timeout(limit)).await?;
    tokio::time::timeout(limit, fetch(ctx)).await.unwrap_or(Ok(()))
}

fn main() {
    drop(page(&Context::background()));
}
