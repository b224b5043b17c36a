// A status is sent under the lock, and the receiver needs the lock.
use std::collections::HashMap;
use std::sync::Mutex;

use taskward::channel::{Receiver, Sender};
use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn set(ctx: &Context, statuses: &Mutex<HashMap<u32, u8>>, changed: &Sender<u32>) -> Result<(), ContextError> {
    if let Some(status) = statuses.lock().unwrap().get_mut(&1) {
        *status += 1;
        changed.send(ctx, 1).await?;
    }
    Ok(())
}

#[cancellable]
async fn sync(_ctx: &Context, statuses: &Mutex<HashMap<u32, u8>>, mut changes: Receiver<u32>) -> Option<()> {
    loop {
        let pod = changes.recv().await?;
        statuses.lock().unwrap().remove(&pod);
    }
}

fn main() {
    let _ = (set, sync);
}
