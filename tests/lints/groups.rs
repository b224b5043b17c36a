//! Task groups.

use std::time::Duration;

use taskward::{Context, TaskGroup, cancellable};

use super::{Result, by_reference, by_value};

#[cancellable]
async fn grouped(ctx: &Context) -> Result<Vec<u8>> {
    let group = TaskGroup::new(ctx).limit(2).grace(Duration::from_secs(1)).keep_going();
    for n in 0..3 {
        group.spawn(move |ctx| async move { by_reference(&ctx, n).await }).await?;
    }
    group.spawn_named("last", async |ctx: Context| by_reference(&ctx, 3).await).await?;
    let ended = TaskGroup::new(group.ctx());
    ended.spawn(by_value).await?;
    ended.cancel_with("enough");
    ended.join().await;
    group.join().await
}

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    assert_eq!(grouped(&Context::background()).await?, [0, 1, 2, 3]);
    Ok(())
}
