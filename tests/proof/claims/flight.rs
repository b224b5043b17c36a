use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use taskward::{Context, SingleFlight, cancel_test};
use tokio::task::yield_now;

use super::Alive;

#[derive(Default)]
struct Pages {
    flights: SingleFlight<u8, u32>,
    loads: Arc<AtomicU32>,
    alive: Alive,
}

impl Pages {
    async fn get(&self, ctx: &Context) -> u32 {
        let (loads, alive) = (self.loads.clone(), self.alive.clone());
        let load = |_ctx| async move {
            let _alive = alive;
            loads.fetch_add(1, SeqCst);
            // Until others have had a chance to join.
            for _ in 0..10 {
                yield_now().await;
            }
            7
        };
        self.flights.run(ctx, 1, load).await.unwrap()
    }
}

#[cancel_test]
async fn a_caller_that_leaves_leaves_the_run_to_the_others(ctx: Context) {
    let pages = Arc::new(Pages::default());
    let other = tokio::spawn({
        let (pages, ctx) = (pages.clone(), ctx.clone());
        async move { pages.get(&ctx).await }
    });
    let got = cancellable(pages.get(&ctx)).await;
    assert_eq!(other.await.unwrap(), 7);
    assert!(got.is_none_or(|got| got == 7));
    assert_eq!((pages.flights.len(), pages.alive.count()), (0, 0));
}

#[cancel_test]
async fn the_last_caller_takes_the_run_along_and_the_next_one_starts_anew(ctx: Context) {
    let pages = Pages::default();
    let got = cancellable(pages.get(&ctx)).await;
    assert_eq!((pages.flights.len(), pages.alive.count()), (0, 0));
    assert_eq!(pages.get(&ctx).await, 7);
    assert!(pages.loads.load(SeqCst) <= 2);
    assert!(got.is_none_or(|got| got == 7));
}

#[cancel_test]
async fn a_caller_that_joins_and_leaves_does_not_disturb_the_run(ctx: Context) {
    let pages = Arc::new(Pages::default());
    let first = tokio::spawn({
        let (pages, ctx) = (pages.clone(), ctx.clone());
        async move { pages.get(&ctx).await }
    });
    yield_now().await;
    _ = cancellable(pages.get(&ctx)).await;
    assert_eq!(first.await.unwrap(), 7);
    assert_eq!(pages.loads.load(SeqCst), 1);
}
