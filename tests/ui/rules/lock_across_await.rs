use std::sync::{Mutex, RwLock};

use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn holds(ctx: &Context, list: &Mutex<Vec<u8>>, map: &RwLock<u8>) -> Result<(), ContextError> {
    let mut guard = list.lock().unwrap();
    guard.push(1);
    ctx.checkpoint().await?;
    drop(guard);

    {
        let value = map.read().expect("not poisoned");
        if *value > 1 {
            ctx.checkpoint().await?;
        }
    }

    match list.lock().unwrap().first() {
        Some(_) => ctx.checkpoint().await?,
        None => {}
    }
    if let Some(_) = list.lock().unwrap().pop() {
        ctx.checkpoint().await?;
    }
    for _ in list.lock().unwrap().iter() {
        ctx.checkpoint().await?;
    }
    Ok(())
}

fn main() {
    drop(holds(&Context::background(), &Mutex::new(Vec::new()), &RwLock::new(1)));
}
