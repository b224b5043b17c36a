use taskward::{Context, ContextError, TaskGroup, WorkerPool, cancellable};

async fn fetch(ctx: &Context, _id: u32) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[cancellable]
async fn fan_out(ctx: &Context, ids: Vec<u32>) -> Result<(), ContextError> {
    let group = TaskGroup::new(ctx);
    for id in ids.clone() {
        let outer = ctx.clone();
        let _ = group.spawn(move |_| async move { fetch(&outer, id).await }).await;
    }
    WorkerPool::new(2).run(ctx, ids, async |task, id| fetch(&task, id).await).await?;
    group.join().await.map(drop)
}

/// A task's own context is dropped when its closure returns.
#[cancellable]
async fn lent(ctx: &Context, id: u32) -> Result<(), ContextError> {
    let group = TaskGroup::new(ctx).limit(2);
    group.spawn(move |task| fetch(&task, id)).await?;
    group.join().await.map(drop)
}

fn main() {
    drop(lent(&Context::background(), 1));
    drop(fan_out(&Context::background(), vec![1]));
}
