//! Worker pools: results in order, and no worker is left.

use futures::{StreamExt, stream};
use taskward::{Context, WorkerPool, race_test};
use tokio::task::yield_now;

use super::{Census, turns};

#[race_test]
async fn results_are_in_the_order_of_the_items(ctx: Context) {
    let done = WorkerPool::new(3)
        .run(&ctx, 0..6_usize, async |_, item| {
            turns(item % 3).await;
            anyhow::Ok(item)
        })
        .await;
    assert_eq!(done.unwrap(), [0, 1, 2, 3, 4, 5]);
}

#[race_test]
async fn the_first_error_stops_the_others_before_it_returns(ctx: Context) {
    let alive = Census::default();
    let done = WorkerPool::new(2).run(&ctx, 0..5_usize, {
        let alive = alive.clone();
        move |ctx: Context, item| {
            let alive = alive.clone();
            async move {
                let _alive = alive.enter();
                if item == 1 {
                    yield_now().await;
                    anyhow::bail!("the second");
                }
                ctx.cancelled().await;
                Ok(())
            }
        }
    });
    assert_eq!(done.await.unwrap_err().to_string(), "the second");
    assert_eq!(alive.alive(), 0);
}

#[race_test]
async fn a_cancelled_call_leaves_no_worker(ctx: Context) {
    let alive = Census::default();
    let (ctx, canceller) = ctx.with_cancel();
    let cancelling = tokio::spawn(async move {
        turns(1).await;
        canceller.cancel();
    });
    let work = {
        let alive = alive.clone();
        move |_: Context, _| {
            let alive = alive.clone();
            async move {
                let _alive = alive.enter();
                turns(2).await;
                Ok::<_, taskward::ContextError>(())
            }
        }
    };
    let done = WorkerPool::new(2).run(&ctx, 0..4_usize, work).await;
    assert_eq!(alive.alive(), 0);
    assert!(done.is_err() || alive.ever() == 4);
    cancelling.await.unwrap();
}

#[race_test]
async fn a_stream_yields_every_item_in_order(ctx: Context) {
    let source = stream::iter(0..5_usize).then(|item| async move {
        turns(item % 2).await;
        item
    });
    let results = WorkerPool::new(2).stream(&ctx, source, async |_, item| {
        turns(1 - item % 2).await;
        Ok::<_, taskward::ContextError>(item)
    });
    let results: Vec<_> = results.map(Result::unwrap).collect().await;
    assert_eq!(results, [0, 1, 2, 3, 4]);
}
