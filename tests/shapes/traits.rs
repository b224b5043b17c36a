//! Trait methods: required, provided, implemented, generic, and through `#[async_trait]` on either
//! side.

use std::sync::Arc;

use async_trait::async_trait;
use taskward::{Context, cancellable, with_timeout};

use super::Result;

struct Named(String);

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

/// A trait with several implementors.
trait Source {
    type Item: Send + 'static;

    #[with_timeout("5s")]
    async fn next<K: AsRef<str> + Sync>(&mut self, ctx: &Context, key: K) -> Result<Option<Self::Item>>;

    #[cancellable]
    #[with_timeout("5s")]
    async fn collect(&mut self, ctx: &Context) -> Result<Vec<Self::Item>>
    where
        Self: Sized,
    {
        let mut all = Vec::new();
        while let Some(item) = self.next(ctx, "key").await? {
            all.push(item);
        }
        Ok(all)
    }
}

impl Source for Vec<u8> {
    type Item = u8;

    #[with_timeout("5s")]
    async fn next<K: AsRef<str> + Sync>(&mut self, ctx: &Context, key: K) -> Result<Option<u8>> {
        ctx.checkpoint().await?;
        assert_eq!(key.as_ref(), "key");
        Ok(self.pop())
    }
}

/// Outside of `#[async_trait]`, the attribute sees the rewritten function; here `#[cancellable]`
/// is above.
struct Outside(Context);

#[async_trait]
trait Handles: Send + Sync {
    async fn handle(self: Arc<Self>, n: u8) -> Result<u8>;
}

#[async_trait]
impl Handles for Outside {
    #[cancellable(ctx = self.0)]
    #[with_timeout("5s")]
    async fn handle(self: Arc<Self>, n: u8) -> Result<u8> {
        tokio::task::yield_now().await;
        Ok(n)
    }
}

#[tokio::test]
async fn generic_traits() {
    assert_eq!(vec![1, 2].collect(&Context::background()).await.unwrap(), [2, 1]);
    let (ctx, canceller) = Context::background().with_cancel();
    let handler: Arc<dyn Handles> = Arc::new(Outside(ctx));
    assert_eq!(handler.clone().handle(1).await.unwrap(), 1);
    canceller.cancel();
    assert!(handler.handle(1).await.is_err());
}
