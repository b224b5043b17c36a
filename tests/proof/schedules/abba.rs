//! Two locks, taken in two orders: the first kind of deadlock in Lu et al., "Learning from
//! Mistakes", ASPLOS 2008.

use std::sync::Arc;

use taskward::race_test;
use tokio::sync::Mutex;

type Account = Arc<Mutex<u32>>;

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "deadlock")]
pub(crate) async fn found() {
    async fn transfer(from: Account, to: Account) {
        let mut from = from.lock().await;
        let mut to = to.lock().await;
        *from -= 1;
        *to += 1;
    }
    let (a, b) = (Account::new(Mutex::new(5)), Account::new(Mutex::new(5)));
    let there = tokio::spawn(transfer(a.clone(), b.clone()));
    let back = tokio::spawn(transfer(b, a));
    there.await.unwrap();
    back.await.unwrap();
}

#[race_test]
async fn repaired() {
    async fn transfer(from: Account, to: Account, is_first: bool) {
        // Both locks are taken in the order of their numbers.
        let (mut from, mut to) = if is_first {
            let from = from.lock().await;
            (from, to.lock().await)
        } else {
            let to = to.lock().await;
            (from.lock().await, to)
        };
        *from -= 1;
        *to += 1;
    }
    let (a, b) = (Account::new(Mutex::new(5)), Account::new(Mutex::new(5)));
    let there = tokio::spawn(transfer(a.clone(), b.clone(), true));
    let back = tokio::spawn(transfer(b, a, false));
    there.await.unwrap();
    back.await.unwrap();
}
