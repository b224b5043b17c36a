//! Optimistic, and gives up after the third conflict: each attempt has to be disturbed. The bounded retries of Leesatapornwongsa et
//! al., "TaxDC", ASPLOS 2016, are of this kind.

use std::sync::Arc;

use taskward::race_test;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

#[derive(Default)]
struct Row {
    version: u32,
    value: u32,
}

async fn add_one(row: &Mutex<Row>, attempts: usize) {
    for _ in 0..attempts {
        let (version, value) = {
            let row = row.lock().await;
            (row.version, row.value)
        };
        let mut row = row.lock().await;
        if row.version == version {
            *row = Row { version: version + 1, value: value + 1 };
            return;
        }
    }
}

#[race_test(delays = 2, runs = 2000)]
#[should_panic(expected = "an update was given up")]
pub(crate) async fn found() {
    let row: Arc<Mutex<Row>> = Arc::default();
    let mut writers = JoinSet::new();
    for _ in 0..3 {
        let row = row.clone();
        writers.spawn(async move { add_one(&row, 3).await });
    }
    writers.join_all().await;
    assert_eq!(row.lock().await.value, 3, "an update was given up");
}

#[race_test]
async fn repaired() {
    let row: Arc<Mutex<Row>> = Arc::default();
    let mut writers = JoinSet::new();
    for _ in 0..3 {
        let row = row.clone();
        writers.spawn(async move { add_one(&row, usize::MAX).await });
    }
    writers.join_all().await;
    assert_eq!(row.lock().await.value, 3, "an update was given up");
}
