use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use taskward::{Once, cancel_test};
use tokio::task::yield_now;

use super::Alive;

#[derive(Default)]
struct Config {
    once: Once<u32>,
    begun: AtomicU32,
    alive: Alive,
}

impl Config {
    async fn get(&self) -> u32 {
        let load = || async {
            let _alive = self.alive.clone();
            self.begun.fetch_add(1, SeqCst);
            yield_now().await;
            yield_now().await;
            7
        };
        *self.once.get_or_init(load).await
    }
}

#[cancel_test]
async fn an_initialiser_that_is_dropped_hands_over_to_whoever_waits() {
    let config = Arc::new(Config::default());
    let waiter = tokio::spawn({
        let config = config.clone();
        async move {
            yield_now().await;
            config.get().await
        }
    });
    let got = cancellable(config.get()).await;
    assert_eq!(waiter.await.unwrap(), 7);
    assert!(got.is_none_or(|got| got == 7));
    assert_eq!((config.get().await, config.alive.count()), (7, 0));
    assert!(config.begun.load(SeqCst) <= if got.is_some() { 1 } else { 2 });
}

#[cancel_test]
async fn a_dropped_waiter_does_not_affect_the_others() {
    let config = Arc::new(Config::default());
    let first = tokio::spawn({
        let config = config.clone();
        async move { config.get().await }
    });
    yield_now().await;
    _ = cancellable(config.get()).await;
    assert_eq!(first.await.unwrap(), 7);
    assert_eq!((config.get().await, config.begun.load(SeqCst)), (7, 1));
}
