//! A permit is returned by hand, but not if the work is cancelled: in the end, no permit is left.
//! transact-rs/sqlx#3132 is about a pool whose permits and connections diverge in this way,
//! typelevel/keypool#706 about the permit itself.

use std::sync::Arc;

use taskward::cancel_test;
use tokio::sync::{Mutex, Semaphore};

#[cancel_test]
#[should_panic(expected = "deadlock")]
pub(crate) async fn found() {
    async fn use_one(permits: &Semaphore, work: &Mutex<u32>) {
        permits.acquire().await.unwrap().forget();
        *work.lock().await += 1;
        permits.add_permits(1);
    }
    let (permits, work) = (Arc::new(Semaphore::new(1)), Mutex::new(0));
    _ = cancellable(use_one(&permits, &work)).await;
    drop(permits.acquire().await.unwrap());
}

#[cancel_test]
async fn repaired() {
    async fn use_one(permits: &Semaphore, work: &Mutex<u32>) {
        let _permit = permits.acquire().await.unwrap();
        *work.lock().await += 1;
    }
    let (permits, work) = (Arc::new(Semaphore::new(1)), Mutex::new(0));
    _ = cancellable(use_one(&permits, &work)).await;
    drop(permits.acquire().await.unwrap());
}
