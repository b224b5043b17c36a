use taskward::{Context, cancellable};
use tokio::io::{AsyncWrite, AsyncWriteExt};

#[cancellable]
async fn reply(ctx: &Context, mut output: impl AsyncWrite + Unpin) -> std::io::Result<()> {
    output.write_all(b"header").await?;
    ctx.shield(output.write_all(b"body")).await?;
    output.write_all(b"end").await?;
    output.flush().await
}

fn main() {
    drop(reply(&Context::background(), tokio::io::sink()));
}
