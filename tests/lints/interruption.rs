//! `#[cancellable]` and `#[with_timeout]`, alone and together.

use std::sync::Arc;
use std::time::Duration;

use taskward::{Context, cancellable, defer, with_timeout};

use super::{Result, by_reference, by_value};

#[cancellable]
async fn unused_context(_ctx: &Context, n: u8) -> Option<u8> {
    tokio::task::yield_now().await;
    Some(n)
}

#[cancellable]
async fn nameless_context(_: &Context, (left, right): (u8, u8), mut n: u8) -> Option<u8> {
    n += left + right;
    tokio::task::yield_now().await;
    Some(n)
}

#[cancellable(ambient)]
async fn ambient(text: &str) -> Option<usize> {
    tokio::task::yield_now().await;
    Some(text.len())
}

#[cancellable(grace = "2s")]
async fn grace(ctx: &Context, text: &str) -> Result<usize> {
    taskward::defer! {
        println!("done with {text}");
    }
    ctx.checkpoint().await?;
    ctx.shield(async { tokio::task::yield_now().await }).await;
    for n in 0..2_u8 {
        defer! { println!("{n}") }
    }
    Ok(text.len())
}

#[cancellable(ambient, grace = limit)]
async fn ambient_grace(limit: Duration) -> Option<Duration> {
    tokio::task::yield_now().await;
    Some(limit)
}

#[with_timeout("5s")]
#[cancellable(grace = "2s")]
async fn limited_grace(_ctx: &Context, n: u8) -> Result<u8> {
    tokio::task::yield_now().await;
    Ok(n)
}

#[cancellable(grace = limit)]
#[with_timeout("5s")]
async fn grace_limited(ctx: Context, limit: Duration) -> Result<()> {
    ctx.with_timeout(limit).checkpoint().await
}

#[with_timeout("1m 30s")]
async fn limited(ctx: &Context) -> Result<()> {
    ctx.checkpoint().await
}

#[with_timeout("1m 30s")]
async fn limited_unused_context(_ctx: &Context, n: u8) -> Result<u8> {
    tokio::task::yield_now().await;
    Ok(n)
}

#[with_timeout(limit)]
async fn limited_without(limit: Duration, text: Arc<str>) -> Result<usize> {
    tokio::task::yield_now().await;
    Ok(text.len() + usize::try_from(limit.as_secs()).unwrap_or_default())
}

struct Label(String);

#[with_timeout("5s")]
async fn limited_mutable(mut label: Label) -> Result<String> {
    tokio::task::yield_now().await;
    label.0.push('!');
    Ok(label.0)
}

#[cancellable]
#[with_timeout("5s")]
async fn both<T>(ctx: &Context, items: &[T]) -> Result<Option<T>>
where
    T: Clone + Sync,
{
    ctx.checkpoint().await?;
    Ok(items.first().cloned())
}

#[with_timeout("5s")]
#[cancellable]
async fn both_by_value(ctx: Context, n: u8) -> Result<u8> {
    by_reference(&ctx, n).await
}

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    let ctx = Context::background();
    assert_eq!(by_reference(&ctx, 1).await?, 1);
    by_value(ctx.clone()).await;
    assert_eq!(unused_context(&ctx, 1).await, Some(1));
    assert_eq!(nameless_context(&ctx, (1, 2), 3).await, Some(6));
    assert_eq!(ambient("four").await, Some(4));
    assert_eq!(grace(&ctx, "four").await?, 4);
    assert_eq!(ambient_grace(Duration::ZERO).await, Some(Duration::ZERO));
    assert_eq!(limited_grace(&ctx, 1).await?, 1);
    grace_limited(ctx.clone(), Duration::from_secs(1)).await?;
    limited(&ctx).await?;
    assert_eq!(limited_unused_context(&ctx, 1).await?, 1);
    assert_eq!(limited_without(Duration::from_secs(1), "four".into()).await?, 5);
    assert_eq!(limited_mutable(Label("four".to_owned())).await?, "four!");
    assert_eq!(both(&ctx, &["a"]).await?, Some("a"));
    assert_eq!(both_by_value(ctx.clone(), 1).await?, 1);
    Ok(())
}
