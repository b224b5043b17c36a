//! Other attributes are kept, in either order.

use std::sync::Arc;

use taskward::{Context, ContextError, Lazy, Once, cancellable, lazy, once, single_flight, with_timeout, worker_pool};

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

/// The caller of a blocking worker is the code that runs the worker.
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

/// The span's fields use the written type, which differs from that of the block.
#[derive(Clone, Default)]
struct Spanned(Arc<Cells>);

#[derive(Default)]
struct Cells {
    once: Once<bool, ContextError>,
    plain: Once<Vec<bool>>,
    lazy: Lazy<bool>,
}

fn has_span() -> bool {
    !tracing::Span::current().is_disabled()
}

#[tracing::instrument]
#[once]
async fn span_outside_a_static() -> Result<&'static bool> {
    tokio::task::yield_now().await;
    Ok(has_span())
}

#[once]
#[tracing::instrument]
async fn span_inside_a_static() -> Result<&'static bool> {
    tokio::task::yield_now().await;
    Ok(has_span())
}

#[tracing::instrument]
#[once]
fn span_outside_a_plain_static() -> &'static bool {
    has_span()
}

#[tracing::instrument(skip(ctx), ret)]
#[with_timeout("5s")]
#[lazy]
#[cancellable]
async fn span_outside_a_lazy_static(ctx: &Context) -> Result<Arc<bool>> {
    ctx.checkpoint().await?;
    Ok(has_span())
}

#[tracing::instrument]
#[single_flight(key = id)]
async fn span_outside_a_flight(id: u8) -> (u8, bool) {
    tokio::task::yield_now().await;
    (id, has_span())
}

impl Spanned {
    #[cancellable]
    #[tracing::instrument(skip_all, err)]
    #[once(self.0.once)]
    async fn once(&self, ctx: &Context) -> Result<&bool> {
        ctx.checkpoint().await?;
        Ok(has_span())
    }

    #[tracing::instrument(skip_all)]
    #[once(self.0.plain)]
    fn plain(&self) -> &Vec<bool> {
        vec![has_span()]
    }

    #[tracing::instrument(skip(self))]
    #[lazy(self.0.lazy)]
    async fn lazy(&self) -> Arc<bool> {
        tokio::task::yield_now().await;
        has_span()
    }
}

#[async_trait::async_trait]
trait Guarded {
    async fn once_there(&self, ctx: &Context) -> Result<&bool>;
    async fn lazy_there(&self) -> Result<Arc<bool>>;
    async fn flight_there(&self, id: u8) -> (u8, bool);
}

#[async_trait::async_trait]
impl Guarded for Spanned {
    #[tracing::instrument(skip_all)]
    #[cancellable]
    #[once(self.0.once)]
    async fn once_there(&self, ctx: &Context) -> Result<&bool> {
        ctx.checkpoint().await?;
        Ok(has_span())
    }

    #[tracing::instrument(skip_all)]
    #[lazy(self.0.lazy)]
    async fn lazy_there(&self) -> Result<Arc<bool>> {
        tokio::task::yield_now().await;
        Ok(has_span())
    }

    #[tracing::instrument(skip(self))]
    #[single_flight(key = id, shared(self))]
    async fn flight_there(&self, id: u8) -> (u8, bool) {
        let _cells = &self.0;
        tokio::task::yield_now().await;
        (id, has_span())
    }
}

#[tokio::test]
async fn tracing_spans_go_with_what_is_made_once() {
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry());
    let ctx = Context::background();
    assert!(span_outside_a_static().await.unwrap());
    assert!(span_inside_a_static().await.unwrap());
    assert!(span_outside_a_plain_static());
    assert!(*span_outside_a_lazy_static(&ctx).await.unwrap());
    assert_eq!(span_outside_a_flight(3).await, (3, true));
    let object = Spanned::default();
    assert!(object.once(&ctx).await.unwrap());
    assert_eq!(object.plain(), &[true]);
    assert!(*object.lazy().await);
    let object = Spanned::default();
    assert!(object.once_there(&ctx).await.unwrap());
    assert!(*object.lazy_there().await.unwrap());
    assert_eq!(object.flight_there(3).await, (3, true));
}

/// The parts of a destructured parameter.
#[derive(Clone)]
struct Request {
    id: u8,
}

#[single_flight(key = id)]
async fn taken_apart(Request { id }: Request) -> u8 {
    tokio::task::yield_now().await;
    id
}

#[tokio::test]
async fn a_key_may_be_what_the_first_parameter_is_taken_apart_into() {
    assert_eq!(taken_apart(Request { id: 7 }).await, 7);
}
