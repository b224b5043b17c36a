//! A task that ends removes itself from the registry, and its spawner registers it after that:
//! librefang/librefang#3445.

use std::collections::HashMap;
use std::sync::Arc;

use taskward::race_test;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

type Running = Arc<Mutex<HashMap<u32, AbortHandle>>>;

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "an ended task is registered")]
pub(crate) async fn found() {
    let running = Running::default();
    let turn = tokio::spawn({
        let running = running.clone();
        async move { drop(running.lock().await.remove(&1)) }
    });
    running.lock().await.insert(1, turn.abort_handle());
    turn.await.unwrap();
    assert!(running.lock().await.is_empty(), "an ended task is registered");
}

#[race_test]
async fn repaired() {
    let running = Running::default();
    // The registry is locked until the task is in it.
    let mut locked = running.lock().await;
    let turn = tokio::spawn({
        let running = running.clone();
        async move { drop(running.lock().await.remove(&1)) }
    });
    locked.insert(1, turn.abort_handle());
    drop(locked);
    turn.await.unwrap();
    assert!(running.lock().await.is_empty(), "an ended task is registered");
}
