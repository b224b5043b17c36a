use std::time::Duration;

use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn grows(ctx: Context, names: Vec<String>) -> Result<(), ContextError> {
    let mut ctx = ctx;
    for name in names {
        ctx = ctx.with_value(name);
        ctx.checkpoint().await?;
    }
    Ok(())
}

#[cancellable]
async fn grows_with_both(ctx: &Context) -> Result<(), ContextError> {
    let mut ctx = ctx.clone();
    let mut canceller;
    loop {
        (ctx, canceller) = ctx.with_cancel();
        ctx = ctx.with_timeout(Duration::from_secs(1)).with_value(1);
        ctx.checkpoint().await?;
        canceller.cancel();
    }
}

fn main() {
    let ctx = Context::background();
    drop((grows(ctx.clone(), Vec::new()), grows_with_both(&ctx)));
}
