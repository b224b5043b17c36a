use std::fmt::Display;

use taskward::{Context, ContextError, worker_pool};

#[worker_pool(workers = 2)]
async fn optional(ctx: &Context, item: u8) -> Option<impl Display + Send> {
    ctx.checkpoint().await.ok()?;
    Some(item)
}

#[worker_pool(workers = 2, local)]
async fn fallible(ctx: &Context, item: u8) -> Result<impl Display, ContextError> {
    ctx.checkpoint().await?;
    Ok(item)
}

fn main() {
    let ctx = Context::background();
    drop((optional(&ctx, 1), fallible(&ctx, 1)));
}
