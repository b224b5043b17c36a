//! A load and a store of an atomic, with no `.await` between them: it needs two threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use taskward::race_test;
use tokio::task::JoinSet;

#[race_test(delays = 2, runs = 2000)]
#[should_panic(expected = "a count is lost")]
pub(crate) async fn found() {
    let count = Arc::new(AtomicU32::new(0));
    let mut counters = JoinSet::new();
    for _ in 0..2 {
        let count = count.clone();
        counters.spawn(async move { count.store(count.load(SeqCst) + 1, SeqCst) });
    }
    counters.join_all().await;
    assert_eq!(count.load(SeqCst), 2, "a count is lost");
}

#[race_test]
async fn repaired() {
    let count = Arc::new(AtomicU32::new(0));
    let mut counters = JoinSet::new();
    for _ in 0..2 {
        let count = count.clone();
        counters.spawn(async move { count.fetch_add(1, SeqCst) });
    }
    counters.join_all().await;
    assert_eq!(count.load(SeqCst), 2, "a count is lost");
}
