use taskward::{Context, ContextError, cancellable};
use tokio::sync::mpsc;

#[cancellable]
async fn queues(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await?;
    let (_sender, _receiver) = mpsc::unbounded_channel::<u8>();
    let (_sender, _receiver) = tokio::sync::mpsc::unbounded_channel::<u8>();
    let (_sender, _receiver) = std::sync::mpsc::channel::<u8>();
    let (_sender, _receiver) = futures::channel::mpsc::unbounded::<u8>();
    let _queues: (_, mpsc::UnboundedReceiver<u8>) = None.unwrap_or_else(mpsc::unbounded_channel);
    Ok(())
}

#[cancellable]
async fn imports_it_itself(ctx: &Context) -> Result<(), ContextError> {
    use std::sync::mpsc::channel;
    use tokio::sync::mpsc::unbounded_channel as endless;
    ctx.checkpoint().await?;
    let (_sender, _receiver) = channel::<u8>();
    let (_sender, _receiver) = endless::<u8>();
    Ok(())
}

fn main() {
    let ctx = Context::background();
    drop((queues(&ctx), imports_it_itself(&ctx)));
}
