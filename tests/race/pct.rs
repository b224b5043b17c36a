//! Schedules by priorities.

use std::sync::Arc;

use taskward::race_test;
use taskward::testing::RaceTest;
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;

#[race_test(pct = 2)]
#[should_panic(expected = "an update is lost")]
async fn a_lost_update_is_found() {
    let balance = Arc::new(Mutex::new(0));
    let mut set = JoinSet::new();
    for _ in 0..2 {
        let balance = balance.clone();
        set.spawn(async move {
            let read = *balance.lock().await;
            *balance.lock().await = read + 1;
        });
    }
    set.join_all().await;
    assert_eq!(*balance.lock().await, 2, "an update is lost");
}

#[race_test(pct = 3)]
#[should_panic(expected = "deadlock")]
async fn three_locks_in_a_circle_are_found() {
    let locks: Arc<[Mutex<()>; 3]> = Arc::default();
    let mut set = JoinSet::new();
    for n in 0..3 {
        let locks = locks.clone();
        set.spawn(async move {
            let _left = locks[n].lock().await;
            let _right = locks[(n + 1) % 3].lock().await;
        });
    }
    set.join_all().await;
}

#[test]
fn a_found_bug_is_replayed_as_a_shortened_schedule_of_delays() {
    let body = |ctx| async move {
        let group = taskward::TaskGroup::<()>::new(&ctx);
        let balance = Arc::new(Mutex::new(0));
        for _ in 0..2 {
            let balance = balance.clone();
            drop(group.spawn(|_| async move {
                let read = *balance.lock().await;
                *balance.lock().await = read + 1;
            }));
        }
        group.join().await;
        assert_eq!(*balance.lock().await, 2, "an update is lost");
    };
    let report = RaceTest::new().named("t").pct(2).explore(body);
    let failure = report.failure().expect("it is found");
    assert_eq!(failure.reproduced(), Some((5, 5)), "{report}");
    assert!(failure.delays().len() <= 3, "a run has dozens: {report}");
    let replay = failure.replay().unwrap().to_owned();
    let again = RaceTest::new().named("t").replay(replay).explore(body);
    assert!(again.failure().unwrap().to_string().contains("an update is lost"), "{again}");
}

#[test]
fn a_correct_program_passes_and_its_bound_is_said() {
    let report = RaceTest::new().pct(2).runs(200).explore(|_| async {
        let lock = Arc::new(Mutex::new(0));
        let mut set = JoinSet::new();
        for _ in 0..3 {
            let lock = lock.clone();
            set.spawn(async move { *lock.lock().await += 1 });
        }
        set.join_all().await;
        assert_eq!(*lock.lock().await, 3);
    });
    assert!(report.failure().is_none() && report.runs() == 200, "{report}");
    assert!(report.coverage().pct_bound() > 0.0, "{report}");
    let text = report.to_string();
    assert!(
        text.starts_with(
            "explored one schedule, then 199 by PCT: a bug of depth 2 is found with a probability of at least "
        ),
        "{text}"
    );
}

/// A task that is chosen and then aborted is not waited for.
#[race_test(pct = 3, runs = 300)]
async fn an_aborted_task_holds_up_nobody() {
    let never = Arc::new(Notify::new());
    let mut set = JoinSet::new();
    for _ in 0..3 {
        let never = never.clone();
        set.spawn(async move {
            tokio::task::yield_now().await;
            never.notified().await;
        });
    }
    tokio::task::yield_now().await;
    set.abort_all();
    while set.join_next().await.is_some() {}
}
