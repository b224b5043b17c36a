//! One caller loads and the others wait for it. If it is cancelled, they wait forever: a single
//! flight without a handover. The same bug in Go: janos/singleflight#4, tailscale/tailscale#18919.

use std::sync::Arc;

use taskward::cancel_test;
use tokio::sync::{Mutex, Notify, OnceCell};

#[derive(Default)]
struct Flight {
    is_leading: Mutex<bool>,
    landed: Notify,
    value: OnceCell<u8>,
}

async fn load() -> u8 {
    tokio::task::yield_now().await;
    7
}

#[cancel_test]
#[should_panic(expected = "deadlock")]
pub(crate) async fn found() {
    async fn get(flight: &Flight) -> u8 {
        let is_first = !std::mem::replace(&mut *flight.is_leading.lock().await, true);
        if is_first {
            flight.value.set(load().await).unwrap();
            flight.landed.notify_waiters();
        }
        loop {
            let landed = flight.landed.notified();
            if let Some(value) = flight.value.get() {
                return *value;
            }
            landed.await;
        }
    }
    let flight = Arc::new(Flight::default());
    _ = cancellable(get(&flight)).await;
    assert_eq!(get(&flight).await, 7);
}

#[cancel_test]
async fn repaired() {
    async fn get(flight: &Flight) -> u8 {
        // If it is dropped, the next waiter takes over.
        *flight.value.get_or_init(load).await
    }
    let flight = Arc::new(Flight::default());
    _ = cancellable(get(&flight)).await;
    assert_eq!(get(&flight).await, 7);
}
