use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use taskward::{Context, cancel_test};
use tokio::time::sleep;

use super::Alive;

#[cancel_test]
async fn a_run_that_is_dropped_drops_its_future_and_ends_nothing(ctx: Context) {
    let alive = Alive::default();
    let child = ctx.with_timeout(Duration::from_secs(5));
    let work = {
        let alive = alive.clone();
        async move {
            let _alive = alive;
            sleep(Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
        }
    };
    let ran = cancellable(child.run(work)).await;
    assert_eq!(alive.count(), 0);
    assert!(ran.is_none_or(|ran| ran.is_ok()));
    child.check().unwrap();
}

#[cancel_test]
async fn dropping_a_wait_for_a_cancellation_changes_nothing(ctx: Context) {
    let (child, canceller) = ctx.with_cancel();
    let cancelling = tokio::spawn(async move {
        sleep(Duration::from_secs(1)).await;
        canceller.cancel();
    });
    if cancellable(child.cancelled()).await.is_none() {
        assert!(child.cancelled().await.is_cancelled());
    }
    cancelling.await.unwrap();
    ctx.check().unwrap();
}

#[cancel_test]
async fn a_shield_that_is_dropped_drops_its_future(ctx: Context) {
    let alive = Alive::default();
    let (child, canceller) = ctx.with_cancel();
    let work = {
        let alive = alive.clone();
        async move {
            let _alive = alive;
            canceller.cancel();
            sleep(Duration::from_secs(1)).await;
        }
    };
    _ = cancellable(child.run(child.shield(work))).await;
    assert_eq!(alive.count(), 0);
}

#[cancel_test]
async fn a_hook_whose_owner_is_dropped_does_not_run(ctx: Context) {
    let (child, canceller) = ctx.with_cancel();
    let runs = Arc::new(AtomicU32::new(0));
    let watch = async {
        let runs = runs.clone();
        let _hook = child.on_cancel(move |_| _ = runs.fetch_add(1, SeqCst));
        sleep(Duration::from_secs(1)).await;
    };
    _ = cancellable(watch).await;
    canceller.cancel();
    assert_eq!(runs.load(SeqCst), 0);
}
