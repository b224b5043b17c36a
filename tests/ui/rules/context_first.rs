use taskward::{Context, ContextError, cancellable, worker_pool};

#[cancellable]
async fn none() -> Result<(), ContextError> {
    Ok(())
}

#[cancellable]
async fn late(n: u8, ctx: &Context) -> Result<u8, ContextError> {
    ctx.check()?;
    Ok(n)
}

struct Service;

impl Service {
    #[cancellable]
    async fn method(&self) -> Result<(), ContextError> {
        Ok(())
    }

    #[cancellable]
    async fn late(&self, n: u8, ctx: Context) -> Result<u8, ContextError> {
        ctx.check()?;
        Ok(n)
    }
}

#[worker_pool]
async fn pool(n: u8, ctx: &Context) -> Result<u8, ContextError> {
    ctx.check()?;
    Ok(n)
}

// If the signature cannot change:
#[cancellable(ambient)]
async fn ambient() -> Result<(), ContextError> {
    std::future::ready(Ok(())).await
}

// If the rule is silenced:
#[cancellable(ctx = ctx, allow(context_first))]
async fn silenced(n: u8, ctx: &Context) -> Result<u8, ContextError> {
    ctx.check()?;
    Ok(n)
}

fn main() {
    let ctx = Context::background();
    drop((none(), late(1, &ctx), Service.method(), Service.late(1, ctx.clone()), pool(1, &ctx)));
    drop((ambient(), silenced(1, &ctx)));
}
