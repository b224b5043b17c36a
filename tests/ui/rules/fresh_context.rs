use taskward::{Context, ContextError, cancellable};
use tokio_util::sync::CancellationToken;

async fn call(_ctx: &Context) {}

#[cancellable]
async fn by_name(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await?;
    call(&Context::background()).await;
    call(&taskward::Context::default()).await;
    let _token = CancellationToken::new();
    Ok(())
}

#[cancellable]
async fn imported_and_in_a_closure(ctx: &Context) -> Result<(), ContextError> {
    use taskward::Context as Ctx;
    ctx.checkpoint().await?;
    let _make = || Ctx::background();
    Ok(())
}

#[cancellable]
async fn as_a_value(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await?;
    call(&None.unwrap_or_else(Context::background)).await;
    Ok(())
}

fn main() {
    let ctx = Context::background();
    drop((by_name(&ctx), imported_and_in_a_closure(&ctx), as_a_value(&ctx)));
}
