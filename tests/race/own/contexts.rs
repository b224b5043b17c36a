//! Contexts: an end reaches every observer once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, race_test, with_timeout};
use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep;

use super::{Census, turns};

#[race_test(delays = 3)]
async fn an_end_reaches_the_children_that_are_made_meanwhile(ctx: Context) {
    let (ctx, canceller) = ctx.with_cancel();
    let mut set = JoinSet::new();
    for depth in 0..3 {
        let ctx = ctx.clone();
        set.spawn(async move {
            let mut child = ctx;
            for _ in 0..depth {
                let (next, canceller) = child.with_cancel();
                canceller.disarm();
                yield_now().await;
                child = next;
            }
            child.cancelled().await.to_string()
        });
    }
    yield_now().await;
    canceller.cancel_with("over");
    while let Some(why) = set.join_next().await {
        assert_eq!(why.unwrap(), "cancelled: over");
    }
}

#[race_test(delays = 3)]
async fn a_hook_runs_once_or_was_taken_back(ctx: Context) {
    let (ctx, canceller) = ctx.with_cancel();
    let calls = Arc::new(AtomicUsize::new(0));
    let hook = ctx.on_cancel({
        let calls = calls.clone();
        move |_| _ = calls.fetch_add(1, SeqCst)
    });
    let cancelling = tokio::spawn(async move {
        yield_now().await;
        canceller.cancel();
    });
    let dropping = tokio::spawn(async move {
        yield_now().await;
        drop(hook);
    });
    dropping.await.unwrap();
    let before = calls.load(SeqCst);
    cancelling.await.unwrap();
    assert_eq!(calls.load(SeqCst), before, "it ran after it was dropped");
    assert!(before <= 1);
}

#[cancellable]
async fn guarded(ctx: &Context, alive: Census) -> Result<(), ContextError> {
    let _alive = alive.enter();
    ctx.shield(turns(2)).await;
    turns(2).await;
    Ok(())
}

#[race_test(delays = 3)]
async fn an_interrupted_call_has_dropped_its_body(ctx: Context) {
    let (ctx, canceller) = ctx.with_cancel();
    let alive = Census::default();
    let cancelling = tokio::spawn(async move {
        turns(2).await;
        canceller.cancel();
    });
    let done = guarded(&ctx, alive.clone()).await;
    assert_eq!(alive.alive(), 0);
    assert!(done.is_ok() || ctx.has_ended());
    cancelling.await.unwrap();
}

#[with_timeout("5s")]
async fn limited(ctx: &Context, seconds: u64) -> Result<u64, ContextError> {
    sleep(Duration::from_secs(seconds)).await;
    Ok(seconds)
}

#[race_test(delays = 3)]
async fn a_limit_is_kept_in_every_schedule(ctx: Context) {
    let late = tokio::spawn({
        let ctx = ctx.clone();
        async move { limited(&ctx, 10).await }
    });
    assert_eq!(limited(&ctx, 1).await.unwrap(), 1);
    assert!(late.await.unwrap().unwrap_err().is_deadline_exceeded());
}
