//! A connection is taken from a pool and returned after use, which a cancelled request never does.
//! transact-rs/sqlx#4349 is an instance.

use taskward::cancel_test;
use tokio::sync::Mutex;

/// A query with two round trips.
async fn query(log: &Mutex<Vec<u32>>, connection: u32) {
    log.lock().await.push(connection);
    tokio::task::yield_now().await;
}

#[cancel_test]
#[should_panic(expected = "a connection is lost")]
pub(crate) async fn found() {
    let (idle, log) = (Mutex::new(vec![1, 2]), Mutex::default());
    let request = async {
        let connection = idle.lock().await.pop().unwrap();
        query(&log, connection).await;
        idle.lock().await.push(connection);
    };
    _ = cancellable(request).await;
    assert_eq!(idle.lock().await.len(), 2, "a connection is lost");
}

#[cancel_test]
async fn repaired() {
    use std::sync::Mutex as SyncMutex;
    let (idle, log) = (SyncMutex::new(vec![1, 2]), Mutex::default());
    let request = async {
        let connection = idle.lock().unwrap().pop().unwrap();
        taskward::defer!(idle.lock().unwrap().push(connection));
        query(&log, connection).await;
    };
    _ = cancellable(request).await;
    assert_eq!(idle.lock().unwrap().len(), 2, "a connection is lost");
}
