// A watcher's result is sent under the lock that stopping the watcher needs.
use std::sync::Mutex;

use taskward::channel::Sender;
use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn distribute(ctx: &Context, watchers: &Mutex<Vec<Sender<u32>>>, event: u32) -> Result<(), ContextError> {
    for watcher in watchers.lock().unwrap().iter() {
        watcher.send(ctx, event).await?;
    }
    Ok(())
}

fn main() {
    let _ = distribute;
}
