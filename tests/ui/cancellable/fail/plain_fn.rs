use taskward::{Context, ContextError, cancellable};

#[cancellable]
fn plain(ctx: &Context) -> Result<(), ContextError> {
    ctx.check()
}

#[cancellable(span, metrics)]
fn observed(ctx: &Context) -> Result<(), ContextError> {
    ctx.check()
}

#[tokio::main]
#[cancellable(ambient)]
async fn main() {
    std::future::ready(()).await;
    let _: Result<(), ContextError> = plain(&Context::background());
    let _: Result<(), ContextError> = observed(&Context::background());
}
