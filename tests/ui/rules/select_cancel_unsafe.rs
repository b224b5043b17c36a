use taskward::{Context, cancellable};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::Receiver;

#[cancellable]
async fn frames(
    ctx: &Context,
    mut input: impl AsyncRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
    mut stop: Receiver<()>,
) -> std::io::Result<()> {
    let mut frame = [0; 16];
    let mut text = String::new();
    loop {
        ctx.check()?;
        tokio::select! {
            biased;
            _ = stop.recv() => return Ok(()),
            read = input.read_exact(&mut frame) => drop(read?),
            written = tokio::time::timeout(std::time::Duration::from_secs(1), output.write_all(b"ping")), if frame[0] == 1 => {
                written??;
            }
            else => break,
        }
    }
    while frame[0] == 0 {
        tokio::select! {
            read = input.read_to_string(&mut text) => drop(read?),
            _ = stop.recv() => {}
        }
    }
    Ok(())
}

fn main() {
    let (_sender, stop) = tokio::sync::mpsc::channel(1);
    drop(frames(&Context::background(), tokio::io::empty(), tokio::io::sink(), stop));
}
