//! An optimistic update that gives up after the second conflict, so a task has to be late twice.
//! Recovery code that does not expect a second failure is a class of its own in Leesatapornwongsa
//! et al., `TaxDC`, ASPLOS 2016.

use std::sync::{Arc, Mutex};

use taskward::race_test;

#[derive(Clone, Copy, Default, Debug, PartialEq)]
struct Row {
    version: u32,
    value: u32,
}

type Table = Arc<Mutex<Row>>;

async fn price(value: u32) -> u32 {
    value + 1
}

fn store(table: &Table, read: Row, value: u32) -> bool {
    let mut row = table.lock().unwrap();
    let is_current = row.version == read.version;
    if is_current {
        *row = Row { version: read.version + 1, value };
    }
    is_current
}

#[race_test(delays = 2, runs = 2000)]
#[should_panic(expected = "an update was given up")]
pub(crate) async fn found() {
    let table = Table::default();
    let update = || {
        let table = table.clone();
        async move {
            for _ in 0..2 {
                let row = *table.lock().unwrap();
                let value = price(row.value).await;
                if store(&table, row, value) {
                    break;
                }
            }
        }
    };
    let one = tokio::spawn(update());
    let (second, third) = (update(), update());
    let others = tokio::spawn(async move {
        second.await;
        tokio::spawn(third).await.unwrap();
    });
    one.await.unwrap();
    others.await.unwrap();
    assert_eq!(table.lock().unwrap().value, 3, "an update was given up");
}

#[race_test]
async fn repaired() {
    let table = Table::default();
    let update = || {
        let table = table.clone();
        async move {
            loop {
                let row = *table.lock().unwrap();
                let value = price(row.value).await;
                if store(&table, row, value) {
                    break;
                }
            }
        }
    };
    let one = tokio::spawn(update());
    let (second, third) = (update(), update());
    let others = tokio::spawn(async move {
        second.await;
        tokio::spawn(third).await.unwrap();
    });
    one.await.unwrap();
    others.await.unwrap();
    assert_eq!(table.lock().unwrap().value, 3, "an update was given up");
}
