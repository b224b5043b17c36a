//! Functions that return a future.

use std::future::Future;
use std::time::Duration;

use taskward::{Context, cancellable, with_timeout};
use tokio::time::{Instant, sleep};

use super::{MS, Result};

trait Store {
    #[cancellable]
    fn get(&self, ctx: &Context, n: u8) -> impl Future<Output = Result<u8>> + Send
    where
        Self: Sync,
    {
        async move {
            ctx.run(sleep(10 * MS)).await?;
            let text: u8 = n;
            Ok(text)
        }
    }

    #[with_timeout("5ms")]
    fn slow(&self, ctx: &Context) -> impl Future<Output = Result<Option<Duration>>> + Send
    where
        Self: Sync,
    {
        let remaining = ctx.remaining();
        async move {
            ctx.run(sleep(10 * MS)).await?;
            Ok(remaining)
        }
    }
}

struct Memory;

impl Store for Memory {}

#[tokio::test(start_paused = true)]
async fn a_function_that_returns_a_future_is_interrupted_like_an_async_fn() {
    fn send<T: Send>(it: T) -> T {
        it
    }
    let (ctx, canceller) = Context::background().with_cancel();
    assert_eq!(send(Memory.get(&ctx, 3)).await.unwrap(), 3);
    let start = Instant::now();
    assert!(send(Memory.slow(&ctx)).await.unwrap_err().is_deadline_exceeded());
    assert_eq!(start.elapsed(), 5 * MS);
    canceller.cancel();
    assert!(Memory.get(&ctx, 3).await.unwrap_err().is_cancelled());
}
