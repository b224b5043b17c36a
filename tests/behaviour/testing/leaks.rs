//! Tasks that outlive their test.

use std::future::pending;
use std::thread;
use std::time::{Duration, Instant};

use taskward::__private::tracked;
use taskward::testing::{Findings, Level, Test};
use taskward::{Context, TaskGroup};
use tokio::sync::Notify;
use tokio::time::sleep;

async fn forever() {
    Notify::new().notified().await;
}

fn leaks(report: &Findings) -> Vec<String> {
    report.tasks().iter().map(ToString::to_string).collect()
}

#[test]
fn a_task_that_outlives_the_test_is_named_with_both_places() {
    for test in [Test::new("t").start_paused(true), Test::new("t"), Test::new("t").multi_thread().worker_threads(2)] {
        let (output, report) = test.findings(async |_| {
            tokio::spawn(tracked(forever()));
            tokio::task::yield_now().await;
            7
        });
        assert_eq!(output, Some(7));
        let report = report.to_string();
        assert!(report.starts_with("the test `t` has ended, and this has not:\n    a task spawned at "), "{report}");
        let lines = [line!() - 7, 14].map(|line| format!("leaks.rs:{line}:"));
        assert!(lines.iter().all(|line| report.contains(line)), "{report}");
    }
}

#[test]
#[should_panic(expected = "the test `t` has ended, and this has not")]
fn the_test_fails() {
    Test::new("t").start_paused(true).run(async |_| drop(tokio::spawn(tracked(forever()))));
}

#[test]
fn a_task_of_a_library_is_counted() {
    let (_, report) = Test::new("t").start_paused(true).findings(async |_| {
        tokio::spawn(forever());
        tokio::spawn(forever());
    });
    assert_eq!((report.others(), report.tasks().len()), (2, 0));
    assert!(report.to_string().contains("2 tasks that were spawned outside of the test"), "{report}");
}

#[test]
fn a_task_of_a_group_is_named() {
    let group = TaskGroup::<()>::new(&Context::background());
    let (_, report) = Test::new("t").start_paused(true).findings(async |_| {
        _ = group.spawn_named("heartbeat", |_| forever());
        tokio::task::yield_now().await;
    });
    let leaks = leaks(&report);
    assert!(leaks[0].starts_with("`heartbeat`, spawned at ") && leaks[0].contains("leaks.rs:14:"), "{leaks:?}");
    assert_eq!(report.others(), 0);
}

#[test]
fn equal_leaks_are_one_line() {
    let (_, report) = Test::new("t").start_paused(true).findings(async |_| {
        for _ in 0..50 {
            tokio::spawn(tracked(forever()));
        }
        tokio::task::yield_now().await;
    });
    assert_eq!(report.tasks().len(), 50);
    assert!(report.to_string().contains("(50 of them)"), "{report}");
    assert_eq!(report.to_string().lines().count(), 3, "{report}");
}

#[test]
fn a_task_that_ends_soon_after_the_test_is_no_leak() {
    for test in [Test::new("t").start_paused(true), Test::new("t"), Test::new("t").multi_thread()] {
        let (_, report) = test.findings(async |ctx: Context| {
            tokio::spawn(tracked(async { sleep(Duration::from_millis(30)).await }));
            tokio::spawn(async { sleep(Duration::from_millis(30)).await });
            tokio::spawn(tracked(async move { drop(ctx.cancelled().await) }));
            tokio::spawn(tracked(forever())).abort();
        });
        assert!(report.is_empty(), "{report}");
    }
}

#[test]
fn the_settle_window_can_be_set() {
    let body = async |_| drop(tokio::spawn(tracked(sleep(Duration::from_secs(5)))));
    assert!(!Test::new("t").start_paused(true).findings(body).1.is_empty());
    assert!(Test::new("t").start_paused(true).settle(Duration::from_secs(6)).findings(body).1.is_empty());
}

#[test]
fn leaks_can_be_allowed() {
    let body = async |_| drop(tokio::spawn(tracked(forever())));
    assert!(Test::new("t").leaks(Level::Allow).findings(body).1.is_empty());
}

#[test]
fn a_panic_of_the_body_is_not_hidden_by_a_leak() {
    let run = || {
        Test::new("t").start_paused(true).run(async |_| {
            tokio::spawn(tracked(forever()));
            panic!("its own")
        })
    };
    let panic = std::panic::catch_unwind(run).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"its own"));
}

#[test]
fn concurrent_tests_name_their_own_tasks() {
    let run = |n: usize| {
        let (_, report) = Test::new("t").multi_thread().worker_threads(2).findings(async move |_| {
            for _ in 0..=n {
                tokio::spawn(tracked(forever()));
            }
            // The tasks of other tests must not be counted here.
            sleep(Duration::from_millis(20)).await;
        });
        (report.tasks().len(), report.others())
    };
    let tests: Vec<_> = (0..16).map(|n| thread::spawn(move || run(n))).collect();
    for (n, test) in tests.into_iter().enumerate() {
        assert_eq!(test.join().unwrap(), (n + 1, 0));
    }
}

#[test]
fn a_local_task_is_named() {
    let (_, report) = Test::new("t").local().start_paused(true).findings(async |_| {
        tokio::task::spawn_local(tracked(forever()));
        tokio::task::yield_now().await;
    });
    assert!(leaks(&report)[0].contains("leaks.rs:14:"), "{report}");
}

#[test]
fn a_thread_that_does_not_come_back_is_a_leak() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let began = Instant::now();
    let (_, report) = Test::new("t").findings(async |_| drop(tokio::task::spawn_blocking(move || released.recv())));
    assert!(report.to_string().contains("a thread of `spawn_blocking` that has not come back"), "{report}");
    assert!(began.elapsed() < Duration::from_secs(10));
    drop(release);
}

#[test]
fn a_task_that_nobody_polls_is_a_leak_with_one_place() {
    let (_, report) = Test::new("t").start_paused(true).findings(async |_| {
        tokio::spawn(tracked(pending::<()>()));
        tokio::task::yield_now().await;
    });
    assert!(leaks(&report)[0].ends_with(", waiting at an unknown place"), "{report}");
}

mod pool_of_others {
    pub(super) fn spawn_somewhere_else() {
        drop(tokio::spawn(idle()));
    }

    pub(super) async fn idle() {
        tokio::sync::Notify::new().notified().await;
    }
}

#[test]
fn only_tasks_at_excepted_places_may_outlive_the_test() {
    let leaves = |places: &'static [&str]| {
        let (_, report) = Test::new("t").start_paused(true).leaks_at(places.iter().copied()).findings(async |_| {
            tokio::spawn(tracked(pool_of_others::idle()));
            tokio::spawn(tracked(forever()));
            tokio::task::yield_now().await;
        });
        leaks(&report).len()
    };
    // The last one is the harness, below the task.
    let left =
        [&["pool_of_others"][..], &["pool_of_others", "leaks::forever"], &["sqlx"], &["excepted_place"]].map(leaves);
    assert_eq!(left, [1, 0, 2, 2]);
    assert_eq!(leaves(&["behaviour/testing/leaks.rs"]), 0, "all were spawned there");
}

#[test]
fn of_tasks_whose_place_is_not_known_a_number_is_excepted() {
    let leaves = |unknown| {
        let (_, report) = Test::new("t").start_paused(true).unknown_leaks(unknown).findings(async |_| {
            tokio::spawn(forever());
            tokio::spawn(forever());
        });
        report.others()
    };
    assert_eq!([leaves(0), leaves(1), leaves(2), leaves(3)], [2, 1, 0, 0]);
}

#[taskward::test(start_paused = true, leaks = allow("pool_of_others", unknown = 1))]
async fn the_attribute_takes_places() {
    pool_of_others::spawn_somewhere_else();
    tokio::spawn(pool_of_others::idle());
}
