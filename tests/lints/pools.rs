//! `#[worker_pool]`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{TryStreamExt, stream};
use taskward::{Context, Progress, worker_pool};

use super::Result;

#[worker_pool(workers = 2)]
async fn call(ctx: &Context, item: u8, shared: Arc<str>) -> Result<usize> {
    ctx.checkpoint().await?;
    Ok(shared.len() + usize::from(item))
}

#[worker_pool(workers = width, on_error = collect, name = in_all_widths)]
async fn options(_ctx: &Context, item: u8, width: usize) -> Option<u8> {
    tokio::task::yield_now().await;
    Some(item)
}

#[worker_pool]
fn blocking(ctx: &Context, item: u8) -> Result<u8> {
    ctx.check()?;
    Ok(item)
}

#[worker_pool(workers = 2, order = completion, progress = report)]
async fn unordered(ctx: &Context, item: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(item)
}

#[allow(clippy::missing_const_for_fn, reason = "it would print")]
fn report(_: Progress) {}

#[worker_pool(workers = 2, stream, queue = depth)]
async fn streamed<T: Send + 'static>(ctx: &Context, item: T, depth: usize) -> Result<T> {
    ctx.checkpoint().await?;
    Ok(item)
}

#[worker_pool(stream, order = completion, on_error = collect, progress = |progress| println!("{progress}"))]
fn streamed_blocking(ctx: &Context, item: u8) -> Result<u8> {
    ctx.check()?;
    Ok(item)
}

#[worker_pool(local)]
async fn local(ctx: &Context, item: &str, longest: &AtomicUsize) -> Result<usize> {
    ctx.checkpoint().await?;
    longest.fetch_max(item.len(), Ordering::Relaxed);
    Ok(item.len())
}

#[worker_pool(local, stream)]
async fn local_streamed(ctx: &Context, item: &str) -> Result<usize> {
    ctx.checkpoint().await?;
    Ok(item.len())
}

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    let ctx = Context::background();
    assert_eq!(call_all(&ctx, [1, 2], "four".into()).await?, [5, 6]);
    assert_eq!(in_all_widths(&ctx, [1], 2).await, [Some(1)]);
    assert_eq!(blocking_all(&ctx, [1, 2]).await?, [1, 2]);
    assert_eq!(unordered_all(&ctx, [1]).await?, [1]);
    assert_eq!(streamed_all(&ctx, stream::iter([1, 2]), 3).try_collect::<Vec<_>>().await?, [1, 2]);
    assert_eq!(streamed_blocking_all(&ctx, stream::iter([1])).try_collect::<Vec<_>>().await?, [1]);
    let longest = AtomicUsize::new(0);
    assert_eq!(local_all(&ctx, ["a", "bc"], &longest).await?, [1, 2]);
    assert_eq!(local_streamed_all(&ctx, stream::iter(["a", "bc"])).try_collect::<Vec<_>>().await?, [1, 2]);
    Ok(())
}
