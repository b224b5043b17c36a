use taskward::{Context, ContextError, worker_pool};

#[worker_pool(span, fields(item))]
fn blocking(ctx: &Context, item: u8) -> Result<u8, ContextError> {
    ctx.check()?;
    Ok(item)
}

#[worker_pool(fields(item))]
async fn without_a_span(ctx: &Context, item: u8) -> Result<u8, ContextError> {
    ctx.checkpoint().await?;
    Ok(item)
}

fn main() {}
