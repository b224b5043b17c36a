//! Items of a channel.

use taskward::channel::{Receiver, Sender};
use taskward::{Context, cancellable, channel};

use super::Result;

#[cancellable]
async fn produce(ctx: &Context, out: Sender<u8>) -> Result<()> {
    out.send(ctx, 1).await?;
    out.close();
    Ok(())
}

#[cancellable]
async fn consume(_ctx: &Context, mut values: Receiver<u8>) -> Option<u8> {
    values.recv().await
}

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    let ctx = Context::background();
    let (tx, rx) = channel(1);
    produce(&ctx, tx).await?;
    assert_eq!(consume(&ctx, rx).await, Some(1));
    Ok(())
}
