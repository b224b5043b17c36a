use std::time::Duration;

use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn fetch(ctx: &Context, timeout: Duration) -> Result<(), ContextError> {
    ctx.with_timeout(timeout).checkpoint().await
}

fn main() {
    drop(fetch(&Context::background(), Duration::from_secs(1)));
}
