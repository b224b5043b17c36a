//! Bodies that begin with an inner attribute.

use std::future::Future;
use std::sync::Arc;

use taskward::{Context, ContextError, cancellable, lazy, once, retry, single_flight, with_timeout, worker_pool};
use tokio::task::yield_now;

use super::Result;

#[cancellable]
async fn cancelled(ctx: &Context, n: u32) -> Result<u32> {
    #![allow(unused_variables)]
    let unused = 7;
    ctx.checkpoint().await?;
    Ok(n)
}

#[with_timeout("5s")]
async fn limited(ctx: &Context, n: u32) -> Result<u32> {
    #![allow(unused_variables)]
    let unused = 7;
    cancelled(ctx, n).await
}

#[with_timeout("5s")]
async fn limited_alone(n: u32) -> Result<u32> {
    #![allow(unused_variables)]
    let unused = 7;
    yield_now().await;
    Ok(n)
}

#[retry(attempts = 2, backoff = "1ms..2ms")]
async fn retried(ctx: &Context, n: u32) -> Result<u32> {
    #![allow(unused_variables)]
    let unused = 7;
    cancelled(ctx, n).await
}

#[cancellable]
fn returned(ctx: &Context, n: u32) -> impl Future<Output = Result<u32>> + Send + '_ {
    #![allow(unused_variables)]
    let unused = 7;
    async move {
        yield_now().await;
        Ok(n)
    }
}

#[once]
async fn first(_ctx: &Context) -> Result<&'static u32, ContextError> {
    #![allow(unused_variables)]
    let unused = 7;
    yield_now().await;
    Ok(1)
}

#[lazy]
async fn shared(_ctx: &Context) -> Result<Arc<u32>, ContextError> {
    #![allow(unused_variables)]
    let unused = 7;
    yield_now().await;
    Ok(2)
}

#[worker_pool(workers = 2)]
async fn pooled(_ctx: &Context, item: u32) -> Result<u32> {
    #![allow(unused_variables)]
    let unused = 7;
    yield_now().await;
    Ok(item)
}

#[derive(Clone)]
struct Service(u32);

impl Service {
    #[single_flight(key = id, shared(self))]
    async fn flight(&self, id: u32) -> Result<u32, Arc<str>> {
        #![allow(unused_variables)]
        struct Inner(u32);
        impl Inner {
            fn get(&self) -> u32 {
                self.0
            }
        }
        let unused = 7;
        yield_now().await;
        Ok(self.0 + Inner(id).get())
    }

    #[retry(attempts = 2, backoff = "1ms..2ms")]
    async fn again(self, ctx: &Context) -> Result<u32> {
        #![allow(unused_variables)]
        struct Inner(u32);
        impl Inner {
            fn get(&self) -> u32 {
                self.0
            }
        }
        let unused = 7;
        ctx.checkpoint().await?;
        Ok(self.0 + Inner(1).get())
    }
}

#[tokio::test]
async fn bodies_may_begin_with_an_inner_attribute() {
    let ctx = Context::background();
    assert_eq!(cancelled(&ctx, 1).await.unwrap(), 1);
    assert_eq!(limited(&ctx, 2).await.unwrap(), 2);
    assert_eq!(limited_alone(3).await.unwrap(), 3);
    assert_eq!(retried(&ctx, 4).await.unwrap(), 4);
    assert_eq!(returned(&ctx, 5).await.unwrap(), 5);
    assert_eq!((*first(&ctx).await.unwrap(), *shared(&ctx).await.unwrap()), (1, 2));
    assert_eq!(pooled_all(&ctx, [6, 7]).await.unwrap(), [6, 7]);
    let service = Service(8);
    assert_eq!(service.flight(1).await.unwrap(), 9);
    assert_eq!(service.again(&ctx).await.unwrap(), 9);
}
