//! Every attribute on methods.

use std::sync::Arc;
use std::time::Duration;

use taskward::{Context, Progress, cancellable, with_timeout, worker_pool};

use super::Result;

struct Service {
    limit: Duration,
    ctx: Context,
}

impl Service {
    #[cancellable]
    async fn method(&self, ctx: &Context) -> Result<Duration> {
        ctx.checkpoint().await?;
        Ok(self.limit)
    }

    #[cancellable(ctx = self.ctx)]
    async fn own_context(&mut self) -> Option<Duration> {
        tokio::task::yield_now().await;
        self.limit *= 2;
        Some(self.limit)
    }

    #[cancellable(ctx = self.ctx, grace = self.limit)]
    async fn own_grace(&self) -> Option<Duration> {
        self.ctx.shield(tokio::task::yield_now()).await;
        Some(self.limit)
    }

    #[with_timeout(self.limit)]
    async fn own_limit(&self, ctx: &Context) -> Result<()> {
        self.method(ctx).await.map(drop)
    }

    #[worker_pool]
    async fn shared(self: Arc<Self>, ctx: &Context, item: u8) -> Result<u8> {
        self.method(ctx).await?;
        Ok(item)
    }
}

impl Service {
    #[worker_pool(local, workers = self.width(), progress = |progress| self.tell(progress))]
    async fn borrowed(&self, ctx: &Context, item: u8) -> Result<u8> {
        self.method(ctx).await?;
        Ok(item)
    }

    #[worker_pool(associated)]
    async fn associated(ctx: &Context, item: u8) -> Result<u8> {
        ctx.checkpoint().await?;
        Ok(item)
    }

    fn width(&self) -> usize {
        usize::try_from(self.limit.as_secs()).unwrap_or_default() + 1
    }

    fn tell(&self, progress: Progress) {
        println!("{progress} in {:?}", self.limit);
    }
}

trait Handler {
    async fn handle(&self, ctx: &Context) -> Result<()>;

    #[cancellable]
    async fn twice(&self, ctx: &Context) -> Result<()> {
        self.handle(ctx).await?;
        self.handle(ctx).await
    }
}

impl Handler for Service {
    #[cancellable]
    async fn handle(&self, ctx: &Context) -> Result<()> {
        self.method(ctx).await.map(drop)
    }
}

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    let ctx = Context::background();
    assert_eq!(Service::associated_all(&ctx, [1]).await?, [1]);
    let mut service = Service { limit: Duration::from_secs(1), ctx: ctx.clone() };
    assert_eq!(service.borrowed_all(&ctx, [1]).await?, [1]);
    service.own_limit(&ctx).await?;
    assert_eq!(service.own_grace().await, Some(Duration::from_secs(1)));
    service.twice(&ctx).await?;
    assert_eq!(service.own_context().await, Some(Duration::from_secs(2)));
    assert_eq!(Arc::new(service).shared_all(&ctx, [1]).await?, [1]);
    Ok(())
}
