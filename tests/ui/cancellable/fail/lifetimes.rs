use std::borrow::Cow;

use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn first(ctx: &Context, s: &str) -> Result<&str, ContextError> {
    ctx.checkpoint().await?;
    Ok(s)
}

#[cancellable]
async fn second<'a>(ctx: &Context, s: &'a str, n: u8) -> Result<Cow<'_, str>, ContextError> {
    ctx.checkpoint().await?;
    drop(n);
    Ok(s.into())
}

struct Lines;

impl Lines {
    // The result borrows from `self`.
    #[cancellable]
    async fn right(&self, ctx: &Context, _s: &str) -> Option<&Self> {
        ctx.checkpoint().await.ok()?;
        Some(self)
    }
}

fn main() {
    let ctx = Context::background();
    drop((first(&ctx, ""), second(&ctx, "", 1), Lines.right(&ctx, "")));
}
