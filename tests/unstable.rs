//! Tokio's knowledge of its tasks with `--cfg tokio_unstable`:
//!
//!     RUSTFLAGS="--cfg tokio_unstable" cargo test -p taskward-tests --features test-util --test unstable --target-dir target/unstable
#![cfg(tokio_unstable)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use taskward::testing::{FailureKind, RaceTest, Test};
use tokio::sync::Mutex;
use tokio::sync::mpsc::channel;
use tokio::task::JoinHandle;
use tokio::time::{Duration, sleep};

/// A spawn that the test does not track. The ticket is available, so the task waits only if it has
/// to.
fn spawns_by_itself(count: &Arc<AtomicU32>) -> JoinHandle<()> {
    let (count, (ticket, mut tickets)) = (count.clone(), channel(1));
    ticket.try_send(()).unwrap();
    tokio::spawn(async move {
        let read = count.load(SeqCst);
        tickets.recv().await.unwrap();
        count.store(read + 1, SeqCst);
    })
}

async fn counts() {
    let count = Arc::new(AtomicU32::new(0));
    let tasks = [spawns_by_itself(&count), spawns_by_itself(&count)];
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(count.load(SeqCst), 2, "an update is lost");
}

#[test]
fn a_lost_update_between_tasks_that_a_helper_spawns_is_found_and_replayed() {
    let report = RaceTest::new().explore(|_| counts());
    let failure = report.failure().expect("it is found");
    assert!(failure.kind() == FailureKind::Panic && failure.to_string().contains("an update is lost"), "{failure}");
    assert!(report.runs() < 40, "{failure}");
    let text = failure.to_string();
    assert!(text.contains("unstable.rs:19:"), "the task is named by its place: {text}");
    assert!(!text.contains("not delayed"), "no task is left out: {text}");
}

#[test]
fn a_correct_program_passes() {
    let report = RaceTest::new().explore(|_| async {
        let count = Arc::new(Mutex::new(0));
        let add = |count: Arc<Mutex<u32>>| tokio::spawn(async move { *count.lock().await += 1 });
        for task in [add(count.clone()), add(count.clone())] {
            task.await.unwrap();
        }
        assert_eq!(*count.lock().await, 2);
    });
    report.unwrap();
}

/// An earlier test on the thread has tracked futures that are spawned elsewhere or never.
#[test]
fn known_futures_of_another_test_hide_no_task() {
    Test::new("other").run(async |_| {
        for _ in 0..100 {
            tokio::spawn(taskward::__private::tracked(async {})).await.unwrap();
        }
    });
    let report = RaceTest::new().explore(|_| counts());
    assert!(report.failure().expect("it is found").to_string().contains("an update is lost"));
}

/// `select!` takes the same branch in each run.
#[test]
fn select_is_seeded() {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let (runs, noted) = (Arc::new(AtomicU32::new(0)), taken.clone());
    let report = RaceTest::new().runs(8).explore(move |_| {
        let (runs, noted) = (runs.clone(), noted.clone());
        async move {
            runs.fetch_add(1, SeqCst);
            let mut order = Vec::new();
            for _ in 0..64 {
                tokio::select! { () = async {} => order.push(1), () = async {} => order.push(2) }
            }
            sleep(Duration::from_millis(1)).await;
            noted.lock().await.push(order);
        }
    });
    report.unwrap();
    let taken = taken.try_lock().unwrap();
    assert!(taken.windows(2).all(|pair| pair[0] == pair[1]) && taken[0].contains(&1) && taken[0].contains(&2));
}
