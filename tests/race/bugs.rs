//! One bug per test, in plain Tokio code.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use taskward::race_test;
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;

#[race_test]
#[should_panic(expected = "an update is lost")]
async fn lost_update() {
    let balance = Arc::new(Mutex::new(0));
    let mut set = JoinSet::new();
    for _ in 0..2 {
        let balance = balance.clone();
        set.spawn(async move {
            let read = *balance.lock().await;
            *balance.lock().await = read + 1;
        });
    }
    set.join_all().await;
    assert_eq!(*balance.lock().await, 2, "an update is lost");
}

#[race_test]
#[should_panic(expected = "deadlock")]
async fn abba() {
    let (a, b) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    let other = tokio::spawn({
        let (a, b) = (a.clone(), b.clone());
        async move {
            let _b = b.lock().await;
            let _a = a.lock().await;
        }
    });
    let both = (a.lock().await, b.lock().await);
    drop(both);
    other.await.unwrap();
}

#[race_test]
#[should_panic(expected = "deadlock")]
async fn missed_notify() {
    let ready = Arc::new((Notify::new(), AtomicU32::new(0)));
    let waiter = tokio::spawn({
        let ready = ready.clone();
        async move {
            while ready.1.load(SeqCst) == 0 {
                ready.0.notified().await;
            }
        }
    });
    tokio::task::yield_now().await;
    ready.1.store(1, SeqCst);
    ready.0.notify_waiters();
    waiter.await.unwrap();
}

#[race_test]
async fn correct() {
    let balance = Arc::new(Mutex::new(0));
    let mut set = JoinSet::new();
    for _ in 0..4 {
        let balance = balance.clone();
        set.spawn(async move {
            *balance.lock().await += 1;
        });
    }
    while let Some(done) = set.join_next().await {
        done.unwrap();
    }
    assert_eq!(*balance.lock().await, 4);
}
