use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use taskward::{Lazy, cancel_test};
use tokio::task::yield_now;

use super::Alive;

#[derive(Default)]
struct Client {
    connection: Lazy<u32>,
    attempts: AtomicU32,
    alive: Alive,
}

impl Client {
    async fn connection(&self) -> u32 {
        let connect = || async {
            let _alive = self.alive.clone();
            let attempt = self.attempts.fetch_add(1, SeqCst);
            yield_now().await;
            yield_now().await;
            attempt
        };
        *self.connection.get_or_init(connect).await
    }
}

#[cancel_test]
async fn a_dial_that_is_dropped_hands_over_to_whoever_waits() {
    let client = Arc::new(Client::default());
    let waiter = tokio::spawn({
        let client = client.clone();
        async move {
            yield_now().await;
            client.connection().await
        }
    });
    let got = cancellable(client.connection()).await;
    let connection = waiter.await.unwrap();
    assert_eq!((client.connection().await, client.alive.count()), (connection, 0));
    assert!(got.is_none_or(|got| got == connection));
}

#[cancel_test]
async fn a_value_that_was_given_up_does_not_come_back() {
    let client = Arc::new(Client::default());
    let old = client.connection().await;
    client.connection.invalidate();
    _ = cancellable(client.connection()).await;
    assert_ne!(client.connection().await, old);
}

#[cancel_test]
async fn a_dropped_waiter_does_not_affect_the_others() {
    let client = Arc::new(Client::default());
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.connection().await }
    });
    yield_now().await;
    _ = cancellable(client.connection()).await;
    assert_eq!(first.await.unwrap(), 0);
    assert_eq!((client.connection().await, client.attempts.load(SeqCst)), (0, 1));
}
