// The lock is held while the keeper is told about a token, and the keeper needs the lock.
use std::sync::Mutex;

use taskward::channel::Sender;
use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn assign(ctx: &Context, tokens: &Mutex<Vec<u32>>, added: &Sender<u32>) -> Result<(), ContextError> {
    let mut tokens = tokens.lock().unwrap();
    tokens.push(1);
    added.send(ctx, 1).await?;
    Ok(())
}

fn main() {
    let _ = assign;
}
