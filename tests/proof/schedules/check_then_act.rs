//! A cache lookup, a load and an insert: two callers load. moka-rs/moka#15 asks for a remedy.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use taskward::race_test;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

#[derive(Default)]
struct Cache {
    pages: Mutex<HashMap<u8, &'static str>>,
    loads: AtomicU32,
}

impl Cache {
    fn load(&self) -> &'static str {
        self.loads.fetch_add(1, SeqCst);
        "page"
    }
}

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "loaded twice")]
pub(crate) async fn found() {
    let cache = Arc::new(Cache::default());
    let mut readers = JoinSet::new();
    for _ in 0..2 {
        let cache = cache.clone();
        readers.spawn(async move {
            let known = cache.pages.lock().await.get(&1).copied();
            if known.is_none() {
                let page = cache.load();
                cache.pages.lock().await.insert(1, page);
            }
        });
    }
    readers.join_all().await;
    assert_eq!(cache.loads.load(SeqCst), 1, "loaded twice");
}

#[race_test]
async fn repaired() {
    let cache = Arc::new(Cache::default());
    let mut readers = JoinSet::new();
    for _ in 0..2 {
        let cache = cache.clone();
        readers.spawn(async move {
            let mut pages = cache.pages.lock().await;
            pages.entry(1).or_insert_with(|| cache.load());
        });
    }
    readers.join_all().await;
    assert_eq!(cache.loads.load(SeqCst), 1, "loaded twice");
}
