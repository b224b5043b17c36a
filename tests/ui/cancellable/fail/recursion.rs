use taskward::{Context, ContextError, cancellable, with_timeout};

#[cancellable]
async fn down(ctx: &Context, n: u32) -> Result<u32, ContextError> {
    ctx.checkpoint().await?;
    if n == 0 {
        return Ok(0);
    }
    down(ctx, n - 1).await
}

#[with_timeout("5s")]
async fn down_in_time(ctx: &Context, n: u32) -> Result<u32, ContextError> {
    ctx.checkpoint().await?;
    if n == 0 {
        return Ok(0);
    }
    down_in_time(ctx, n - 1).await
}

fn main() {
    let ctx = Context::background();
    drop((down(&ctx, 1), down_in_time(&ctx, 1)));
}
