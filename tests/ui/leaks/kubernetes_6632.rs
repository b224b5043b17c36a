// A frame is sent under a lock to a full queue, and closing the queue needs the lock.
use std::sync::Mutex;

use taskward::channel::Sender;
use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn write_frame(ctx: &Context, reset: &Mutex<Option<Sender<()>>>) -> Result<(), ContextError> {
    match &*reset.lock().unwrap() {
        Some(reset) => reset.send(ctx, ()).await?,
        None => {}
    }
    Ok(())
}

fn main() {
    let _ = write_frame;
}
