//! Three locks in a circle: the dining philosophers of Dijkstra. Two of them have to be late.

use std::sync::Arc;

use taskward::race_test;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

#[race_test(delays = 2, runs = 2000)]
#[should_panic(expected = "deadlock")]
pub(crate) async fn found() {
    let forks: Arc<[Mutex<()>; 3]> = Arc::default();
    let mut table = JoinSet::new();
    for seat in 0..3 {
        let forks = forks.clone();
        table.spawn(async move {
            let _left = forks[seat].lock().await;
            let _right = forks[(seat + 1) % 3].lock().await;
        });
    }
    table.join_all().await;
}

#[race_test]
async fn repaired() {
    let forks: Arc<[Mutex<()>; 3]> = Arc::default();
    let mut table = JoinSet::new();
    for seat in 0..3 {
        let forks = forks.clone();
        table.spawn(async move {
            let (one, other) = (seat, (seat + 1) % 3);
            let _lower = forks[one.min(other)].lock().await;
            let _higher = forks[one.max(other)].lock().await;
        });
    }
    table.join_all().await;
}
