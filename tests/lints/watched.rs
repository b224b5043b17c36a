//! `#[taskward::test]`.

use std::time::Duration;

use taskward::Context;

use super::Result;

const LIMIT: Duration = Duration::from_secs(5);

#[taskward::test(start_paused = true, timeout = LIMIT, settle = "1s", leaks = deny, blocked = warn)]
async fn all_that_spawns(ctx: Context) -> Result<()> {
    let (inner, number) = (ctx.clone(), 7_u8);
    tokio::spawn(async move { inner.cancelled().await });
    let task = tokio::spawn(async move { number });
    assert_eq!(task.await.ok(), Some(7));
    let mut set = tokio::task::JoinSet::new();
    set.spawn(async { 1_u8 });
    set.spawn_blocking(|| 2_u8);
    assert_eq!(set.join_all().await.iter().sum::<u8>(), 3);
    assert_eq!(tokio::task::spawn_blocking(|| 3_u8).await.ok(), Some(3));
    ctx.checkpoint().await
}

#[taskward::test(flavor = "multi_thread", worker_threads = 2, leaks = allow)]
async fn nothing_is_used(_: &Context) {}

#[taskward::test]
async fn no_context() {
    tokio::task::yield_now().await;
}
