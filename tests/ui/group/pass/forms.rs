//! Every way to spawn a task and to wait for it.
#![deny(warnings)]

use std::time::Duration;

use taskward::{Context, ContextError, TaskGroup, cancellable};

#[cancellable]
async fn work(ctx: &Context, n: u8) -> Result<u8, ContextError> {
    ctx.checkpoint().await?;
    Ok(n)
}

async fn work_by_value(ctx: Context, n: u8) -> Result<u8, ContextError> {
    work(&ctx, n).await
}

async fn spawns(ctx: &Context) -> Result<Vec<u8>, ContextError> {
    let group = TaskGroup::new(ctx).limit(2).grace(Duration::from_secs(1));
    for n in 0..2 {
        group.spawn(async move |ctx| work(&ctx, n).await).await?;
        _ = group.spawn(move |ctx| work_by_value(ctx, n));
        group.spawn_named(format!("work {n}"), move |ctx| async move { work(&ctx, n).await }).await?;
    }
    if let Err(refused) = group.try_spawn(async |ctx| work(&ctx, 3).await) {
        _ = group.spawn(refused.into_inner());
    }
    group.join().await
}

async fn units(ctx: &Context) {
    let group = TaskGroup::new(ctx);
    _ = group.spawn(async |_| ());
    group.join().await;
}

async fn options(ctx: &Context) -> Option<Vec<u8>> {
    let group = TaskGroup::new(ctx);
    _ = group.spawn(async |_| Some(1));
    group.join().await
}

async fn all_and_first(ctx: &Context) -> (usize, Option<u8>) {
    let all = TaskGroup::new(ctx).keep_going();
    _ = all.spawn(async |_| None::<u8>);
    let first = TaskGroup::new(ctx);
    _ = first.spawn(async |_| Some(1));
    (all.join_all().await.len(), first.race().await)
}

async fn nested(ctx: &Context) -> Result<Vec<Vec<u8>>, ContextError> {
    let outer = TaskGroup::new(ctx);
    _ = outer.spawn(async |ctx: Context| spawns(&ctx).await);
    outer.join().await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ctx = Context::background();
    assert_eq!(spawns(&ctx).await.unwrap().len(), 7);
    units(&ctx).await;
    assert_eq!(options(&ctx).await, Some(vec![1]));
    assert_eq!(all_and_first(&ctx).await, (1, Some(1)));
    assert_eq!(nested(&ctx).await.unwrap().len(), 1);
}
