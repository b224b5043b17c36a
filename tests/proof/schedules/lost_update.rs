//! A read and a write, with the lock released in between: the most common atomicity violation in
//! Lu et al., "Learning from Mistakes", ASPLOS 2008.

use std::sync::Arc;

use taskward::race_test;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "a deposit is lost")]
pub(crate) async fn found() {
    let balance = Arc::new(Mutex::new(0));
    let mut tellers = JoinSet::new();
    for _ in 0..2 {
        let balance = balance.clone();
        tellers.spawn(async move {
            let read = *balance.lock().await;
            *balance.lock().await = read + 1;
        });
    }
    tellers.join_all().await;
    assert_eq!(*balance.lock().await, 2, "a deposit is lost");
}

#[race_test]
async fn repaired() {
    let balance = Arc::new(Mutex::new(0));
    let mut tellers = JoinSet::new();
    for _ in 0..2 {
        let balance = balance.clone();
        tellers.spawn(async move { *balance.lock().await += 1 });
    }
    tellers.join_all().await;
    assert_eq!(*balance.lock().await, 2, "a deposit is lost");
}
