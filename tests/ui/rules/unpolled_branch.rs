use taskward::{Context, ContextError, cancellable};
use tokio::sync::mpsc::Receiver;

async fn upload(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[cancellable]
async fn serve(ctx: &Context, mut inbox: Receiver<u8>) -> Result<(), ContextError> {
    let upload = upload(ctx);
    tokio::pin!(upload);
    loop {
        tokio::select! {
            done = &mut upload => return done,
            _ = inbox.recv() => ctx.checkpoint().await?,
        }
    }
}

fn main() {
    let (_sender, inbox) = tokio::sync::mpsc::channel(1);
    drop(serve(&Context::background(), inbox));
}
