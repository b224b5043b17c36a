//! The state is read before the subscription begins, and the change in between is missed:
//! cashubtc/cdk#1023, scireum/jupiter#20.

use std::sync::Arc;

use taskward::race_test;
use tokio::sync::{Mutex, watch};

struct Invoice {
    is_paid: Mutex<bool>,
    changes: watch::Sender<()>,
}

impl Invoice {
    fn new() -> Arc<Self> {
        Arc::new(Self { is_paid: Mutex::new(false), changes: watch::channel(()).0 })
    }

    async fn pay(self: Arc<Self>) {
        *self.is_paid.lock().await = true;
        self.changes.send_replace(());
    }
}

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "deadlock")]
pub(crate) async fn found() {
    async fn paid(invoice: Arc<Invoice>) {
        if !*invoice.is_paid.lock().await {
            invoice.changes.subscribe().changed().await.unwrap();
        }
    }
    let invoice = Invoice::new();
    let waiter = tokio::spawn(paid(invoice.clone()));
    tokio::spawn(invoice.pay());
    waiter.await.unwrap();
}

#[race_test]
async fn repaired() {
    async fn paid(invoice: Arc<Invoice>) {
        let mut changes = invoice.changes.subscribe();
        if !*invoice.is_paid.lock().await {
            changes.changed().await.unwrap();
        }
    }
    let invoice = Invoice::new();
    let waiter = tokio::spawn(paid(invoice.clone()));
    tokio::spawn(invoice.pay());
    waiter.await.unwrap();
}
