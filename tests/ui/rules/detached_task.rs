use taskward::{Context, ContextError, cancellable};
use tokio::runtime::Handle;
use tokio::task;

async fn work() {}

#[cancellable]
async fn spawns(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await?;
    tokio::spawn(work());
    // Detached if this function is cancelled.
    let _ = tokio::task::spawn(work()).await;
    task::spawn_local(work());
    task::spawn_blocking(|| ());
    std::thread::spawn(|| ());
    Handle::current().spawn(work());
    let handle = Handle::current();
    handle.spawn(work());
    let spawn = tokio::spawn;
    spawn(work());
    let _handles: Vec<_> = [work(), work()].into_iter().map(tokio::spawn).collect();
    for _ in 0..3 {
        let _make = || tokio::spawn(work());
    }
    tokio::select! {
        () = work() => drop(tokio::spawn(work())),
        () = ctx.checkpoint_forever() => {}
    }
    Ok(())
}

#[cancellable]
async fn imports_it_itself(ctx: &Context) -> Result<(), ContextError> {
    use tokio::spawn;
    use std::thread::spawn as thread;
    ctx.checkpoint().await?;
    spawn(work());
    thread(|| ());
    Ok(())
}

trait Forever {
    async fn checkpoint_forever(&self);
}

impl Forever for Context {
    async fn checkpoint_forever(&self) {}
}

fn main() {
    let ctx = Context::background();
    drop((spawns(&ctx), imports_it_itself(&ctx)));
}
