use taskward::{Context, ContextError, cancellable};

struct Ctx(Context);

struct Request {
    context: Context,
    id: u64,
}

#[cancellable]
async fn handler(Ctx(ctx): Ctx) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[cancellable]
async fn handle(Request { context, id }: Request) -> Result<u64, ContextError> {
    context.checkpoint().await?;
    Ok(id)
}

fn main() {
    let ctx = Context::background();
    drop((handler(Ctx(ctx.clone())), handle(Request { context: ctx, id: 1 })));
}
