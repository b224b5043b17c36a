//! Every place for `#[with_timeout]`, and every way to write the limit.
#![deny(warnings)]

use std::time::Duration;

use taskward::{Context, ContextError, cancellable, with_timeout};

const LIMIT: Duration = Duration::from_secs(5);

#[with_timeout("1m 30s")]
async fn literal(n: u8) -> Result<u8, ContextError> {
    Ok(n)
}

#[with_timeout(LIMIT,)]
async fn constant(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[with_timeout(limit / 2)]
async fn computed(limit: Duration) -> Option<Duration> {
    Some(limit)
}

#[cancellable]
#[with_timeout("5s")]
async fn outside(ctx: &Context) {
    let _ = ctx;
    std::future::ready(()).await;
}

#[with_timeout("5s")]
#[cancellable]
async fn inside(ctx: Context, n: u8) -> Option<u8> {
    ctx.check().ok()?;
    Some(n)
}

struct Service {
    limit: Duration,
}

impl Service {
    #[with_timeout(self.limit)]
    async fn method(&self, ctx: &Context) -> std::io::Result<()> {
        Ok(ctx.check()?)
    }
}

fn main() {
    let ctx = Context::background();
    let service = Service { limit: LIMIT };
    drop((literal(1), constant(&ctx), computed(LIMIT), outside(&ctx), inside(ctx.clone(), 1), service.method(&ctx)));
}
