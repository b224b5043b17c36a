//! Several attributes on one function: attributes in between, and other spellings, make no
//! difference.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use taskward::{Context, ContextError, Once, cancellable, lazy, once, single_flight, with_timeout};
use tokio::time::{Instant, sleep};

type Result<T> = std::result::Result<T, ContextError>;

const SECOND: Duration = Duration::from_secs(1);

/// An attribute of another crate that shares a name with one of taskward.
mod cached {
    pub(super) use std::prelude::v1::test as once;
}

#[cached::once]
fn another_crates_attribute_is_left_alone() {}

#[cancellable]
#[tracing::instrument(skip_all)]
#[once]
#[tracing::instrument(skip_all)]
#[taskward::with_timeout("5s")]
async fn with_others_between(ctx: &Context) -> Result<&'static u32> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    ctx.run(sleep(SECOND)).await?;
    assert_eq!(ctx.remaining(), Some(4 * SECOND));
    Ok(RUNS.fetch_add(1, Ordering::Relaxed) + 1)
}

#[cfg_attr(test, once)]
#[cancellable]
async fn under_a_condition_above(ctx: &Context) -> Result<&'static u32> {
    ctx.checkpoint().await?;
    Ok(7)
}

#[cancellable]
#[cfg_attr(test, once, allow(clippy::unused_async))]
#[cfg_attr(not(test), no_such_attribute)]
async fn under_a_condition_below(ctx: &Context) -> Result<&'static u32> {
    ctx.checkpoint().await?;
    Ok(8)
}

#[with_timeout("9s")]
#[cfg_attr(test, cancellable)]
#[cfg_attr(test, lazy)]
async fn under_two_conditions(ctx: &Context) -> Result<Arc<u32>> {
    ctx.run(sleep(SECOND)).await?;
    Ok(9)
}

#[tokio::test(start_paused = true)]
async fn other_attributes_between_do_not_divide_a_stack() {
    let ctx = Context::background();
    assert_eq!(*with_others_between(&ctx).await.unwrap(), 1);
    assert_eq!(*with_others_between(&ctx).await.unwrap(), 1);
    assert_eq!(*under_a_condition_above(&ctx).await.unwrap(), 7);
    assert_eq!(*under_a_condition_below(&ctx).await.unwrap(), 8);
    assert_eq!(*under_two_conditions(&ctx).await.unwrap(), 9);
    let (ended, canceller) = ctx.with_cancel();
    canceller.cancel();
    // The value is ready, and the interruption still comes first.
    assert!(under_a_condition_above(&ended).await.is_err());
    assert!(under_a_condition_below(&ended).await.is_err());
}

struct Config {
    value: Once<u32, ContextError>,
    ctx: Context,
}

impl Config {
    #[cancellable]
    #[cancellable(ctx = self.ctx)]
    #[once(self.value)]
    #[with_timeout("5s")]
    async fn of_two_contexts(&self, ctx: &Context) -> Result<&u32> {
        ctx.run(sleep(9 * SECOND)).await?;
        Ok(1)
    }

    #[single_flight(key = id, shared(self))]
    #[with_timeout("5s")]
    #[cancellable]
    async fn shared(self: Arc<Self>, ctx: &Context, id: u32) -> Result<u32> {
        ctx.run(sleep(SECOND)).await?;
        Ok(id)
    }
}

#[tokio::test(start_paused = true)]
async fn each_attribute_of_a_stack_counts() {
    let (own, canceller) = Context::background().with_cancel();
    let config = Arc::new(Config { value: Once::new(), ctx: own });
    let ctx = Context::background();
    assert_eq!(config.clone().shared(&ctx, 3).await.unwrap(), 3);
    let start = Instant::now();
    assert!(config.of_two_contexts(&ctx).await.unwrap_err().is_deadline_exceeded());
    assert_eq!(start.elapsed(), 5 * SECOND);
    canceller.cancel();
    assert!(config.of_two_contexts(&ctx).await.unwrap_err().is_cancelled());
}

#[with_timeout("5s")]
async fn under_a_condition(
    ctx: &Context,
    #[cfg(not(test))] never: Missing,
    #[cfg(test)] n: u8,
    #[cfg(any())] neither: Missing,
) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(n)
}

#[taskward::worker_pool(workers = 2)]
async fn shared_under_a_condition(
    ctx: &Context,
    item: u8,
    #[cfg(test)] by: u8,
    #[cfg(not(test))] never: Missing,
) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(item * by)
}

#[tokio::test]
async fn parameters_may_stand_under_a_condition() {
    let ctx = Context::background();
    assert_eq!(under_a_condition(&ctx, 3).await.unwrap(), 3);
    assert_eq!(shared_under_a_condition_all(&ctx, [1, 2], 3).await.unwrap(), [3, 6]);
}
