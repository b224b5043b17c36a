//! A reader caches the row that it read before a writer changed the row and cleared the cache:
//! near/nearcore#14987.

use std::sync::Arc;

use taskward::race_test;
use tokio::sync::Mutex;

#[derive(Default)]
struct Store {
    row: Mutex<u32>,
    cached: Mutex<Option<u32>>,
}

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "the cache is stale")]
pub(crate) async fn found() {
    async fn get(store: &Store) -> u32 {
        if let Some(row) = *store.cached.lock().await {
            return row;
        }
        let row = *store.row.lock().await;
        *store.cached.lock().await.insert(row)
    }
    let store = Arc::new(Store::default());
    let reader = tokio::spawn({
        let store = store.clone();
        async move { get(&store).await }
    });
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            *store.row.lock().await = 1;
            *store.cached.lock().await = None;
        }
    });
    reader.await.unwrap();
    writer.await.unwrap();
    assert_eq!(get(&store).await, 1, "the cache is stale");
}

#[race_test]
async fn repaired() {
    async fn get(store: &Store) -> u32 {
        // The cache is locked until it contains the row.
        let mut cached = store.cached.lock().await;
        if let Some(row) = *cached {
            return row;
        }
        *cached.insert(*store.row.lock().await)
    }
    let store = Arc::new(Store::default());
    let reader = tokio::spawn({
        let store = store.clone();
        async move { get(&store).await }
    });
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            *store.row.lock().await = 1;
            *store.cached.lock().await = None;
        }
    });
    reader.await.unwrap();
    writer.await.unwrap();
    assert_eq!(get(&store).await, 1, "the cache is stale");
}
