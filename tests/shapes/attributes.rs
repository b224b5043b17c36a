//! Other attributes are kept, in either order.

use taskward::{Context, cancellable, with_timeout, worker_pool};

use super::Result;

#[cancellable]
#[tracing::instrument(skip(ctx))]
async fn span_inside(ctx: &Context) -> Option<bool> {
    tokio::task::yield_now().await;
    Some(!tracing::Span::current().is_disabled())
}

#[tracing::instrument(skip(ctx))]
#[cancellable]
async fn span_outside(ctx: &Context) -> Option<bool> {
    tokio::task::yield_now().await;
    Some(!tracing::Span::current().is_disabled())
}

#[with_timeout("5s")]
#[tracing::instrument(skip(ctx))]
async fn span_inside_in_time(ctx: &Context) -> Option<bool> {
    ctx.checkpoint().await.ok()?;
    Some(!tracing::Span::current().is_disabled())
}

#[tracing::instrument(skip(ctx), err)]
#[with_timeout("5s")]
async fn span_outside_in_time(ctx: &Context) -> Result<bool> {
    ctx.checkpoint().await?;
    Ok(!tracing::Span::current().is_disabled())
}

#[worker_pool(workers = 1)]
#[tracing::instrument(skip_all, fields(item))]
async fn span_of_a_worker(ctx: &Context, item: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(item)
}

#[tracing::instrument(skip_all)]
#[worker_pool(workers = 1)]
async fn span_above_a_worker(ctx: &Context, item: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(item)
}

#[tokio::test]
async fn tracing_spans_are_entered_whenever_the_body_is_polled() {
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry());
    let ctx = Context::background();
    assert_eq!(span_inside(&ctx).await, Some(true));
    assert_eq!(span_outside(&ctx).await, Some(true));
    assert_eq!(span_inside_in_time(&ctx).await, Some(true));
    assert!(span_outside_in_time(&ctx).await.unwrap());
    assert_eq!(span_of_a_worker_all(&ctx, [1]).await.unwrap(), [1]);
    assert_eq!(span_above_a_worker_all(&ctx, [1]).await.unwrap(), [1]);
}

/// Documented.
#[cancellable]
#[must_use = "it counts"]
#[inline]
async fn above(ctx: &Context, n: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(n)
}

#[deprecated = "for the test"]
#[must_use = "it counts"]
#[inline]
#[cold]
/// Documented.
#[with_timeout("5s")]
async fn below(ctx: &Context, n: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(n)
}

#[worker_pool(workers = 2)]
#[must_use = "it counts"]
#[inline]
#[deprecated = "for the test"]
async fn around_a_worker(ctx: &Context, item: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(item)
}

/// A blocking worker knows its caller: the one that runs it.
#[worker_pool(workers = 1)]
#[track_caller]
#[doc(alias = "there")]
fn here(ctx: &Context, item: u8) -> Result<(u8, bool)> {
    ctx.check()?;
    Ok((item, std::panic::Location::caller().file().ends_with("attributes.rs")))
}

#[cfg_attr(test, cancellable)]
#[cfg_attr(not(test), no_such_attribute)]
async fn conditionally(ctx: &Context) -> Option<u8> {
    ctx.checkpoint().await.ok()?;
    std::future::pending().await
}

#[cancellable(ambient)]
#[tokio::test]
async fn a_test_can_be_annotated_too() {
    assert_eq!(above(&Context::background(), 1).await.unwrap(), 1);
    #[expect(deprecated, reason = "the attribute is kept")]
    let below = below(&Context::background(), 1).await;
    assert_eq!(below.unwrap(), 1);
    #[expect(deprecated, reason = "the attribute is kept")]
    let around = around_a_worker(&Context::background(), 1).await;
    assert_eq!(around.unwrap(), 1);
}

#[tokio::test]
async fn conditional_attributes_and_callers() {
    let (ctx, canceller) = Context::background().with_cancel();
    assert_eq!(here_all(&ctx, [1]).await.unwrap(), [(1, true)]);
    canceller.cancel();
    assert_eq!(conditionally(&ctx).await, None);
}
