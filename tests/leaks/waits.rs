//! Signals that come too early, and timers that are drained twice.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use crate::support::{leaks_nothing, leaks_nothing_in_time};

/// In Go, the signal of a condition variable is lost if there is no waiter yet.
#[test]
fn kubernetes_11298() {
    leaks_nothing(|census| async move {
        let stop = Arc::new(Notify::new());
        stop.notify_one(); // before anybody waits: it is kept
        let item = census.enter();
        let service = tokio::spawn(async move {
            stop.notified().await;
            drop(item);
        });
        service.await.unwrap();
    });
}

/// A timer that has fired is stopped, and the code waits for its tick, which was already received.
#[test]
fn istio_18454() {
    leaks_nothing_in_time(|_| async move {
        let start = Instant::now();
        let mut timer = Box::pin(sleep_until(start));
        timer.as_mut().await;
        for _ in 0..2 {
            timer.as_mut().reset(Instant::now() + Duration::from_secs(1)); // there is no channel to drain
            timer.as_mut().await;
        }
        sleep(Duration::from_secs(1)).await;
        assert_eq!(start.elapsed(), Duration::from_secs(3));
    });
}
