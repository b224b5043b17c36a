//! Two tasks take two of two permits, one after the other: each has one and waits for the second.
//! The review of tokio-rs/tokio#1973 describes it.

use std::sync::Arc;

use taskward::race_test;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "deadlock")]
pub(crate) async fn found() {
    let permits = Arc::new(Semaphore::new(2));
    let mut copies = JoinSet::new();
    for _ in 0..2 {
        let permits = permits.clone();
        copies.spawn(async move {
            let _to_read = permits.acquire().await.unwrap();
            let _to_write = permits.acquire().await.unwrap();
        });
    }
    copies.join_all().await;
}

#[race_test]
async fn repaired() {
    let permits = Arc::new(Semaphore::new(2));
    let mut copies = JoinSet::new();
    for _ in 0..2 {
        let permits = permits.clone();
        copies.spawn(async move {
            let _both = permits.acquire_many(2).await.unwrap();
        });
    }
    copies.join_all().await;
}
