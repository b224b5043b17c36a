// A poller ticks until a channel is closed, which never happens.
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, channel};

#[cancellable]
async fn wait_for(ctx: &Context, interval: Duration) -> Result<(), ContextError> {
    let (ticks, mut ticked) = channel(1);
    tokio::spawn(async move {
        let mut clock = tokio::time::interval(interval);
        loop {
            clock.tick().await;
            let _ = ticks.try_send(());
        }
    });
    ticked.recv().await;
    ctx.check()
}

fn main() {
    let _ = wait_for;
}
