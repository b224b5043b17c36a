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
    // A guard without a variable is held until the end of its statement.
    send(list.lock().unwrap().clone()).await;
    Ok(())
}

#[cancellable]
async fn dropped_on_one_way_only(ctx: &Context, list: &Mutex<Vec<u8>>) -> Result<(), ContextError> {
    let Ok(guard) = list.lock() else { return Ok(()) };
    if guard.is_empty() {
        drop(guard);
        return Ok(());
    }
    ctx.checkpoint().await
}

async fn send(_: Vec<u8>) {}

fn main() {
    drop(dropped_on_one_way_only(&Context::background(), &Mutex::new(Vec::new())));
    drop(holds(&Context::background(), &Mutex::new(Vec::new()), &RwLock::new(1)));
}
