use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn dead_at_once(ctx: &Context) -> Result<(), ContextError> {
    let (child, _) = ctx.with_cancel();
    child.checkpoint().await?;
    let _ = ctx.with_cancel();
    let (last, ..) = Context::with_cancel(ctx);
    last.checkpoint().await?;
    let other = ctx.with_cancel().0;
    other.checkpoint().await
}

#[cancellable(allow(detached_task))]
async fn forgotten(ctx: &Context) -> Result<(), ContextError> {
    let (child, canceller) = ctx.with_cancel();
    std::mem::forget(canceller);
    let handle = tokio::spawn(async {});
    std::mem::forget(handle);
    std::mem::forget(tokio::spawn(async {}));
    child.checkpoint().await
}

fn main() {
    let ctx = Context::background();
    drop((dead_at_once(&ctx), forgotten(&ctx)));
}
