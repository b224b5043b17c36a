use taskward::{Context, ContextError, cancellable};

async fn flush(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[cancellable(grace = "1s")]
async fn run(ctx: &Context) -> Result<(), ContextError> {
    if ctx.has_ended() {
        flush(ctx).await?;
    }
    tokio::select! {
        _ = ctx.cancelled() => ctx.shield(flush(&ctx.detach())).await,
        done = flush(ctx) => done,
    }
}

fn main() {
    drop(run(&Context::background()));
}
