//! Methods, with every kind of `self`.

use std::pin::Pin;
use std::sync::Arc;

use taskward::{Context, cancellable, with_timeout, worker_pool};

use super::Result;

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

/// Lifetimes and generics in the header of the `impl`.
struct Borrowed<'a, T, const N: usize> {
    items: &'a [T; N],
    ctx: Context,
}

impl<'a, T: Clone + Sync, const N: usize> Borrowed<'a, T, N>
where
    T: Send,
{
    const FIRST: usize = 0;

    #[cancellable]
    async fn first(&self, ctx: &Context) -> Result<&'a T> {
        ctx.checkpoint().await?;
        Ok(&self.items[Self::FIRST])
    }

    #[cancellable(ctx = self.ctx)]
    #[with_timeout("5s")]
    async fn last(&self) -> Result<T> {
        tokio::task::yield_now().await;
        Ok(self.items[N - 1].clone())
    }

    #[cancellable]
    async fn make(ctx: Context, items: &'a [T; N]) -> Result<Self> {
        ctx.checkpoint().await?;
        Ok(Self { items, ctx })
    }
}

struct Adder(u32);

impl Adder {
    #[worker_pool(workers = 2)]
    async fn add(self: Arc<Self>, ctx: &Context, item: u32) -> Result<u32> {
        ctx.checkpoint().await?;
        Ok(self.0 + item)
    }

    #[worker_pool(workers = 2)]
    fn make(ctx: &Context, item: u32) -> Result<Self> {
        ctx.check()?;
        Ok(Self(item))
    }
}

#[tokio::test]
async fn methods_of_generic_types_and_associated_functions() {
    let ctx = Context::background();
    let borrowed = Borrowed::make(ctx.clone(), &[1, 2, 3]).await.unwrap();
    assert_eq!(borrowed.first(&ctx).await.unwrap(), &1);
    assert_eq!(borrowed.last().await.unwrap(), 3);
    assert_eq!(Arc::new(Adder(1)).add_all(&ctx, [1, 2]).await.unwrap(), [2, 3]);
    assert_eq!(Adder::make_all(&ctx, [5]).await.unwrap()[0].0, 5);
}
