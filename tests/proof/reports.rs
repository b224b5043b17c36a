//! Reports of cancel tests, for correct and incorrect bodies.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use taskward::cancel_test;
use taskward::testing::{CancelTest, FailureKind, cancellable};
use tokio::sync::{Mutex, Notify, oneshot};
use tokio::task::yield_now;
use tokio::time::sleep;

#[test]
fn each_operation_is_a_suspension_and_natural_ones_only_if_it_is_asked_for() {
    let body = |_| async {
        let lock = Mutex::new(());
        let work = async {
            drop(lock.lock().await);
            sleep(Duration::from_secs(1)).await;
            drop(lock.lock().await);
        };
        _ = cancellable(work).await;
    };
    let (all, natural) = (CancelTest::new().explore(body), CancelTest::new().natural().explore(body));
    assert!(*all.suspensions().start() >= 3 && all.is_complete() && all.failures().is_empty(), "{all}");
    assert_eq!(natural.suspensions(), 1..=1, "{natural}");
    assert!(natural.to_string().starts_with("cancelled at its one suspension, now and woken: "), "{natural}");
}

#[test]
fn a_value_lost_between_handover_and_poll_is_found_by_woken() {
    let report = CancelTest::new().natural().explore(|_| async {
        let (waiter, item) = oneshot::channel();
        let kept = Arc::new(Mutex::new(Vec::new()));
        let giver = tokio::spawn({
            let kept = kept.clone();
            async move {
                // A waiter that is gone receives nothing. One that leaves now receives the item,
                // and it is lost.
                if let Err(item) = waiter.send(7) {
                    kept.lock().await.push(item);
                }
            }
        });
        let got = cancellable(item).await;
        giver.await.unwrap();
        assert!(got.is_some() || !kept.lock().await.is_empty(), "the item is lost");
    });
    let [failure] = report.failures() else { panic!("{report}") };
    assert!(failure.to_string().starts_with("cancelled at suspension 1 (woken) at "), "{failure}");
}

#[test]
fn a_failure_says_where_it_was_cancelled_and_what_was_wrong_after_that() {
    let report = CancelTest::new().named("count").explore(|_| async {
        let (lock, count) = (Mutex::new(()), Cell::new(0));
        let work = async {
            count.set(1);
            drop(lock.lock().await);
            count.set(0);
        };
        _ = cancellable(work).await;
        assert_eq!(count.get(), 0, "left open");
    });
    let [failure] = report.failures() else { panic!("{report}") };
    assert_eq!((failure.kind(), failure.run()), (FailureKind::Panic, 2));
    assert_eq!(failure.place().unwrap().split(':').next(), Some(file!()), "{failure}");
    assert!(failure.to_string().starts_with("cancelled at suspension 1 (now, woken) at "), "{failure}");
    assert!(failure.message().contains("left open"), "{failure}");
    assert_eq!(failure.reproduced(), (2, 2));
    let text = report.to_string();
    assert!(text.starts_with("cancel test `count` failed in run 2, and at 1 of 1 suspensions\n"), "{text}");
    assert!(text.ends_with("to run only the first of these: TASKWARD_REPLAY='1:count:1.now'"), "{text}");
}

#[test]
fn more_suspensions_than_are_to_be_tried_are_spread_and_that_is_said() {
    let report = CancelTest::new().max_points(10).explore(|_| async {
        let lock = Mutex::new(());
        let work = async {
            for _ in 0..200 {
                drop(lock.lock().await);
            }
        };
        _ = cancellable(work).await;
    });
    assert!(report.failures().is_empty() && !report.is_complete(), "{report}");
    assert_eq!((report.points(), report.runs()), (10, 21));
    assert!(report.to_string().contains(" (max_points = 10; they are evenly spread)"), "{report}");
}

#[test]
fn suspensions_that_vary_from_run_to_run_are_a_range() {
    let runs = Arc::new(AtomicU32::new(0));
    let report = CancelTest::new().explore(move |_| {
        let run = runs.fetch_add(1, SeqCst);
        async move {
            let work = async {
                for _ in 0..3 + run % 2 {
                    yield_now().await;
                }
            };
            _ = cancellable(work).await;
        }
    });
    assert!(report.failures().is_empty(), "{report}");
    assert_eq!(report.suspensions(), 3..=4);
    assert!(
        report.to_string().starts_with("cancelled at each of 3 to 4 suspensions, which vary from run to run"),
        "{report}"
    );
}

#[test]
fn a_body_in_which_nothing_is_cancelled_is_a_failure() {
    let nothing = CancelTest::new().explore(|_| async { yield_now().await });
    assert_eq!(nothing.failures()[0].kind(), FailureKind::NothingCancelled);
    assert!(nothing.to_string().contains("the body never awaits a `cancellable(…)`"), "{nothing}");
    let ready = CancelTest::new().explore(|_| async { _ = cancellable(async {}).await });
    assert_eq!(ready.failures()[0].kind(), FailureKind::NothingCancelled);
    assert!(ready.to_string().contains(&format!("passed to `cancellable` at {}:", file!())), "{ready}");
}

#[test]
fn a_body_that_fails_by_itself_is_told_before_anything_is_cancelled() {
    let report = CancelTest::new().explore(|_| async {
        _ = cancellable(yield_now()).await;
        Err::<(), _>("no")
    });
    let [failure] = report.failures() else { panic!("{report}") };
    assert_eq!((failure.kind(), failure.suspensions().count(), report.runs()), (FailureKind::Error, 0, 1));
    assert!(report.to_string().contains("failed before anything was cancelled"), "{report}");
}

#[test]
fn a_body_that_never_ends_is_a_failure_with_whoever_waits() {
    let report = CancelTest::new().explore(|_| async {
        let done = Notify::new();
        if cancellable(yield_now()).await.is_none() {
            done.notified().await;
        }
    });
    assert_eq!(report.failures()[0].kind(), FailureKind::Deadlock, "{report}");
    let report = CancelTest::new().max_polls(1000).explore(|_| async {
        if cancellable(yield_now()).await.is_none() {
            loop {
                yield_now().await;
            }
        }
    });
    assert_eq!(report.failures()[0].kind(), FailureKind::Hang, "{report}");
}

#[test]
fn a_body_that_blocks_its_thread_is_a_failure_and_no_hang() {
    let report = CancelTest::new().timeout(Duration::from_secs(1)).explore(|_| async {
        if cancellable(yield_now()).await.is_none() {
            loop {
                std::thread::park();
            }
        }
    });
    assert_eq!(report.failures()[0].kind(), FailureKind::Blocked, "{report}");
}

#[test]
fn a_reference_to_a_future_is_refused_as_dropping_it_drops_nothing() {
    let report = CancelTest::new().explore(|_| async {
        let mut work = std::pin::pin!(yield_now());
        _ = cancellable(work.as_mut()).await;
    });
    assert!(report.to_string().contains("`cancellable` was given a reference"), "{report}");
}

#[test]
fn a_thread_of_its_own_is_not_cancelled_and_that_is_said() {
    let report = CancelTest::new().explore(|_| async {
        _ = cancellable(yield_now()).await;
        let alone = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async { cancellable(yield_now()).await.is_some() })
        });
        alone.join().expect("a cancel test is on one thread");
    });
    assert!(report.to_string().contains("a cancel test is on one thread"), "{report}");
}

#[test]
fn a_mark_in_a_mark_means_nothing() {
    let report = CancelTest::new().explore(|_| async {
        let inner = async { cancellable(yield_now()).await.expect("never cancelled alone") };
        _ = cancellable(inner).await;
    });
    assert!(report.failures().is_empty(), "{report}");
}

#[cancel_test]
#[should_panic(expected = "after all")]
async fn a_cancel_test_may_be_expected_to_fail() -> Result<(), &'static str> {
    cancellable(yield_now()).await.ok_or("after all")
}

#[cancel_test(max_points = 5, timeout = "5s", max_polls = 1_000, real_time)]
async fn real_time_is_for_what_other_threads_do() {
    let work = async {
        sleep(Duration::from_millis(2)).await;
        tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
    };
    _ = cancellable(work).await;
}
