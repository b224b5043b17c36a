//! Every shape of function.

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use taskward::{Context, ContextError, cancellable, with_timeout};

type Result<T> = std::result::Result<T, ContextError>;

#[cancellable]
async fn generic<'a, T: Display + 'a, const N: usize>(ctx: &Context, items: &'a [T; N]) -> Result<(&'a T, usize)>
where
    T: Sync,
{
    tokio::task::yield_now().await;
    Ok((&items[0], N))
}

#[cancellable(allow(no_await))]
async fn elided(ctx: &Context, text: &str) -> Result<usize> {
    Ok(text.len())
}

#[cancellable]
async fn in_and_out(ctx: &Context, items: impl IntoIterator<Item = u32>) -> Result<impl Iterator<Item = u32>> {
    if ctx.is_cancelled() {
        return Err(ctx.check().unwrap_err());
    }
    Ok(items.into_iter().collect::<Vec<_>>().into_iter().map(|n| n + 1))
}

#[cancellable(allow(no_await))]
async fn patterns(ctx: &Context, (left, right): (u8, u8), [a, .., b]: [u8; 3], mut sum: u8) -> Result<Option<u8>> {
    sum += left + right + a + b;
    Ok(Some(sum))
}

#[cancellable]
async fn recursive(ctx: &Context, n: u32) -> Result<u32> {
    if n == 0 { Ok(0) } else { Ok(1 + Box::pin(recursive(ctx, n - 1)).await?) }
}

#[tokio::test]
async fn free_functions() {
    let ctx = Context::background();
    assert_eq!(generic(&ctx, &[1, 2, 3]).await.unwrap(), (&1, 3));
    assert_eq!(elided(&ctx, "abc").await.unwrap(), 3);
    assert_eq!(in_and_out(&ctx, [1, 2]).await.unwrap().collect::<Vec<_>>(), [2, 3]);
    assert_eq!(patterns(&ctx, (1, 2), [3, 4, 5], 6).await.unwrap(), Some(17));
    assert_eq!(recursive(&ctx, 50).await.unwrap(), 50);
}

#[derive(Clone)]
struct Named(String);

impl Named {
    #[cancellable(allow(no_await))]
    async fn by_value(self, ctx: &Context) -> Result<String> {
        Ok(self.0)
    }

    #[cancellable]
    async fn by_reference(&self, ctx: &Context) -> Result<&str> {
        tokio::task::yield_now().await;
        Ok(&self.0)
    }

    #[cancellable(allow(no_await))]
    async fn by_mutable(&mut self, ctx: &Context) -> Result<&mut String> {
        self.0.push('!');
        Ok(&mut self.0)
    }

    #[with_timeout("5s")]
    async fn by_arc(self: Arc<Self>, ctx: &Context) -> Result<usize> {
        tokio::task::yield_now().await;
        Ok(self.0.len())
    }

    #[cancellable(allow(no_await))]
    async fn by_pin(self: Pin<&mut Self>, ctx: &Context) -> Result<usize> {
        Ok(self.0.len())
    }

    #[with_timeout("5s")]
    async fn no_context(&self) -> Result<&str> {
        Ok(&self.0)
    }
}

#[tokio::test]
async fn methods_with_every_kind_of_self() {
    let ctx = Context::background();
    let mut named = Named("ab".into());
    assert_eq!(named.clone().by_value(&ctx).await.unwrap(), "ab");
    assert_eq!(named.by_reference(&ctx).await.unwrap(), "ab");
    assert_eq!(named.by_mutable(&ctx).await.unwrap(), "ab!");
    assert_eq!(named.no_context().await.unwrap(), "ab!");
    assert_eq!(Pin::new(&mut named).by_pin(&ctx).await.unwrap(), 3);
    assert_eq!(Arc::new(named).by_arc(&ctx).await.unwrap(), 3);
}

trait Store {
    #[cancellable]
    async fn required(&self, ctx: &Context, key: &str) -> Result<usize>;

    #[cancellable]
    async fn provided(&self, ctx: &Context) -> Result<usize> {
        self.required(ctx, "four").await
    }
}

impl Store for Named {
    #[cancellable(allow(no_await))]
    async fn required(&self, ctx: &Context, key: &str) -> Result<usize> {
        Ok(key.len() + self.0.len())
    }
}

#[async_trait]
trait Boxed: Send + Sync {
    #[cancellable]
    async fn outside(&self, ctx: &Context, n: u32) -> Result<u32>;

    #[with_timeout("5s")]
    async fn limited(&self, ctx: &Context, n: u32) -> Result<u32>;
}

#[async_trait]
impl Boxed for Named {
    #[cancellable]
    async fn outside(&self, ctx: &Context, n: u32) -> Result<u32> {
        if n == 0 {
            return Ok(0);
        }
        ctx.checkpoint().await?;
        Ok(n + 1)
    }

    #[with_timeout("5s")]
    async fn limited(&self, ctx: &Context, n: u32) -> Result<u32> {
        assert!(ctx.deadline().is_some());
        tokio::task::yield_now().await;
        Ok(n)
    }
}

#[tokio::test]
async fn trait_methods() {
    let (ctx, canceller) = Context::background().with_cancel();
    let named = Named("ab".into());
    assert_eq!(named.provided(&ctx).await.unwrap(), 6);
    let boxed: Box<dyn Boxed> = Box::new(named);
    assert_eq!(boxed.outside(&ctx, 1).await.unwrap(), 2);
    assert_eq!(boxed.limited(&ctx, 1).await.unwrap(), 1);
    canceller.cancel();
    assert!(boxed.outside(&ctx, 0).await.is_err());
    assert!(boxed.limited(&ctx, 0).await.is_err());
}

macro_rules! make {
    ($name:ident, $ctx:ident, $item:ident: $ty:ty, $body:expr) => {
        #[cancellable]
        async fn $name($ctx: &Context, $item: $ty) -> Result<$ty> {
            $ctx.check()?;
            tokio::task::yield_now().await;
            Ok($body)
        }
    };
}

make!(made, c, n: u32, n * 2);

mod made_by_macro {
    use super::*;

    macro_rules! limited {
        ($ctx:ident, $ty:ty, $body:block) => {
            #[with_timeout("5s")]
            pub(super) async fn limited($ctx: &Context) -> Result<$ty> $body
        };
    }

    limited!(context, Option<u8>, {
        context.check()?;
        Ok(Some(1))
    });
}

#[tokio::test]
async fn functions_made_by_macro_rules() {
    let ctx = Context::background();
    assert_eq!(made(&ctx, 4).await.unwrap(), 8);
    assert_eq!(made_by_macro::limited(&ctx).await.unwrap(), Some(1));
}

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

#[tokio::test]
async fn tracing_spans_are_entered_whenever_the_body_is_polled() {
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry());
    let ctx = Context::background();
    assert_eq!(span_inside(&ctx).await, Some(true));
    assert_eq!(span_outside(&ctx).await, Some(true));
}

fn send<F: Future + Send>(future: F) -> F {
    future
}

#[test]
fn futures_are_send_when_the_body_is() {
    let ctx = Context::background();
    drop(send(elided(&ctx, "")));
    drop(send(recursive(&ctx, 1)));
    drop(send(patterns(&ctx, (1, 2), [3, 4, 5], 6)));
    let named = Named(String::new());
    drop(send(named.no_context()));
    drop(send(Arc::new(named).by_arc(&ctx)));
}
