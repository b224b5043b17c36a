//! `notify_waiters` wakes registered waiters, but not a task that is about to wait:
//! tokio-rs/tokio#3066.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use taskward::race_test;
use tokio::sync::{Mutex, Notify};

#[derive(Default)]
struct Gate {
    is_open: AtomicBool,
    opened: Notify,
    log: Mutex<Vec<&'static str>>,
}

impl Gate {
    fn open(&self) {
        self.is_open.store(true, SeqCst);
        self.opened.notify_waiters();
    }
}

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "deadlock")]
pub(crate) async fn found() {
    let gate = Arc::new(Gate::default());
    let waiter = tokio::spawn({
        let gate = gate.clone();
        async move {
            while !gate.is_open.load(SeqCst) {
                gate.log.lock().await.push("waits");
                gate.opened.notified().await;
            }
        }
    });
    tokio::spawn(async move { gate.open() });
    waiter.await.unwrap();
}

#[race_test]
async fn repaired() {
    let gate = Arc::new(Gate::default());
    let waiter = tokio::spawn({
        let gate = gate.clone();
        async move {
            loop {
                // The wait is registered before the check.
                let opened = gate.opened.notified();
                if gate.is_open.load(SeqCst) {
                    break;
                }
                gate.log.lock().await.push("waits");
                opened.await;
            }
        }
    });
    tokio::spawn(async move { gate.open() });
    waiter.await.unwrap();
}
