// Dialling fails, and the handle that would stop the reconnecting goroutine is lost.
use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn dial(ctx: &Context) -> Result<Context, ContextError> {
    let (connection, canceller) = ctx.with_cancel();
    std::mem::forget(canceller);
    connection.checkpoint().await?;
    Ok(connection)
}

fn main() {
    let _ = dial;
}
