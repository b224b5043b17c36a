// The receiver closes the channel when it stops, and senders panic or wait forever.
use taskward::channel::Receiver;
use taskward::{Context, cancellable};

#[cancellable]
async fn run(_ctx: &Context, mut events: Receiver<u32>) -> Option<()> {
    events.recv().await?;
    events.close();
    Some(())
}

fn main() {
    let _ = run;
}
