// The receiver closes the channel when it stops, and whoever sends panics, or waits for ever.
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
