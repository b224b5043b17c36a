use taskward::{Context, ContextError, cancellable};

async fn audit(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[cancellable]
async fn buy(ctx: &Context) -> Result<(), ContextError> {
    let _ = audit(ctx);
    let _ = audit(ctx).await;
    Ok(())
}

fn main() {
    drop(buy(&Context::background()));
}
