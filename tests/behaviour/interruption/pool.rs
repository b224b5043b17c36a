use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, worker_pool};
use tokio::time::sleep;

type Result<T> = std::result::Result<T, ContextError>;

const SECOND: Duration = Duration::from_secs(1);

#[worker_pool(workers = 4)]
#[cancellable(grace = "2s")]
async fn hold(ctx: &Context, _item: u8, held: Arc<AtomicUsize>) -> Result<()> {
    held.fetch_add(1, Ordering::Relaxed);
    let ended = ctx.cancelled().await;
    sleep(SECOND).await;
    ctx.shield(sleep(SECOND)).await;
    held.fetch_sub(1, Ordering::Relaxed);
    Err(ended)
}

#[cancellable(grace = "3s")]
async fn waits_for_the_pool(ctx: &Context, held: Arc<AtomicUsize>) -> Result<Vec<()>> {
    hold_all(ctx, 0..4, held).await
}

#[crate::watched::test(start_paused = true)]
async fn a_call_that_has_a_grace_waits_until_its_workers_have_cleaned_up() {
    let (ctx, canceller) = Context::background().with_cancel();
    let held = Arc::new(AtomicUsize::new(0));
    let (result, ()) = tokio::join!(waits_for_the_pool(&ctx, held.clone()), async {
        sleep(SECOND).await;
        assert_eq!(held.load(Ordering::Relaxed), 4);
        canceller.cancel_with("stop");
    });
    assert_eq!(result.unwrap_err().to_string(), "cancelled: stop");
    assert_eq!(held.load(Ordering::Relaxed), 0);
}
