use taskward::{Context, ContextError, cancellable};

struct Reply {
    text: String,
}

async fn fetch(_ctx: &Context) -> Result<Reply, ContextError> {
    Ok(Reply { text: String::new() })
}

#[cancellable]
async fn half_typed(ctx: &Context) -> Result<String, ContextError> {
    let reply = fetch(ctx).await?;
    reply.
}

fn main() {
    // No error follows from the one above.
    drop(half_typed(&Context::background()));
}
