//! Every place for `#[cancellable]`, and every way to name the context.
#![deny(warnings)]

use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn by_reference(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[cancellable]
async fn by_value(ctx: Context, n: u8) -> Option<u8> {
    ctx.check().ok()?;
    Some(n)
}

#[cancellable(ambient)]
async fn ambient(n: u8) -> Option<u8> {
    std::future::ready(Some(n)).await
}

#[cancellable(ctx = ctx, allow(context_first))]
async fn last(n: u8, ctx: &Context) -> Option<u8> {
    ctx.check().ok()?;
    Some(n)
}

#[cancellable(grace = "1m 30s")]
async fn grace(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[cancellable(ambient, grace = time)]
async fn ambient_grace(time: std::time::Duration, n: u8) -> Option<u8> {
    std::future::ready(Some(n)).await
}

#[cancellable(ctx = ctx, allow(context_first), grace = std::time::Duration::from_secs(n.into()),)]
async fn last_grace(n: u8, ctx: &Context) -> Option<u8> {
    ctx.checkpoint().await.ok()?;
    Some(n)
}

type Ctx = Context;

#[cancellable(grace = "2s")]
async fn alias_grace(_ctx: &Ctx, (a, b): (u8, u8)) -> Option<u8> {
    tokio::task::yield_now().await;
    Some(a + b)
}

#[cancellable]
async fn alias(ctx: &Ctx) -> std::io::Result<()> {
    Ok(ctx.check()?)
}

struct Service {
    ctx: Context,
}

impl Service {
    #[cancellable]
    async fn method(&self, ctx: &Context) {
        self.ctx.checkpoint().await.unwrap_or_default();
        let _ = ctx;
    }

    #[cancellable(ctx = self.ctx)]
    async fn own(&self) -> Option<()> {
        std::future::ready(Some(())).await
    }
}

trait Handler {
    async fn handle(&self, ctx: &Context, n: u8) -> Result<u8, ContextError>;

    #[cancellable]
    async fn twice(&self, ctx: &Context, n: u8) -> Result<u8, ContextError> {
        self.handle(ctx, self.handle(ctx, n).await?).await
    }
}

impl Handler for Service {
    #[cancellable]
    async fn handle(&self, ctx: &Context, n: u8) -> Result<u8, ContextError> {
        ctx.check()?;
        Ok(n + 1)
    }
}

fn main() {
    let ctx = Context::background();
    let service = Service { ctx: ctx.clone() };
    drop((by_reference(&ctx), by_value(ctx.clone(), 1), ambient(1), alias(&ctx), last(1, &ctx)));
    drop((service.method(&ctx), service.own(), service.twice(&ctx, 1)));
    let time = std::time::Duration::ZERO;
    drop((grace(&ctx), ambient_grace(time, 1), last_grace(1, &ctx), alias_grace(&ctx, (1, 2))));
}
