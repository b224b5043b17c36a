//! The state is checked before the lock, but not again under it: moka-rs/moka#195.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use taskward::race_test;
use tokio::sync::RwLock;
use tokio::task::JoinSet;

#[derive(Default)]
struct Pool {
    current: RwLock<Option<u32>>,
    made: AtomicU32,
}

impl Pool {
    fn connect(&self) -> u32 {
        self.made.fetch_add(1, SeqCst)
    }
}

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "two pools")]
pub(crate) async fn found() {
    let pool = Arc::new(Pool::default());
    let mut callers = JoinSet::new();
    for _ in 0..2 {
        let pool = pool.clone();
        callers.spawn(async move {
            if let Some(current) = *pool.current.read().await {
                return current;
            }
            let mut current = pool.current.write().await;
            *current.insert(pool.connect())
        });
    }
    let got = callers.join_all().await;
    assert_eq!(got[0], got[1], "two pools");
}

#[race_test]
async fn repaired() {
    let pool = Arc::new(Pool::default());
    let mut callers = JoinSet::new();
    for _ in 0..2 {
        let pool = pool.clone();
        callers.spawn(async move {
            if let Some(current) = *pool.current.read().await {
                return current;
            }
            let mut current = pool.current.write().await;
            *current.get_or_insert_with(|| pool.connect())
        });
    }
    let got = callers.join_all().await;
    assert_eq!(got[0], got[1], "two pools");
}
