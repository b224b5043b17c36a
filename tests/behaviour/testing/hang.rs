//! Tests that do not end.

use std::future::pending;
use std::time::{Duration, Instant};

use taskward::__private::tracked;
use taskward::testing::Test;
use tokio::sync::Notify;
use tokio::time::sleep;

const SHORT: Duration = Duration::from_millis(100);

#[test]
fn a_test_that_waits_for_ever_ends_with_a_report() {
    for test in [Test::new("t").start_paused(true), Test::new("t"), Test::new("t").multi_thread()] {
        let began = Instant::now();
        let (output, report) = test.timeout(SHORT).findings(async |_| {
            let never = Notify::new();
            tokio::spawn(tracked(async { Notify::new().notified().await }));
            never.notified().await;
        });
        assert!(began.elapsed() < Duration::from_secs(20));
        assert_eq!((output, report.hung()), (None, Some(SHORT)));
        let report = report.to_string();
        assert!(
            report.starts_with("the test `t` has not ended within 100ms:\n    the test itself, waiting at "),
            "{report}"
        );
        let lines = [line!() - 7, line!() - 6].map(|line| format!("hang.rs:{line}:"));
        assert!(lines.iter().all(|line| report.contains(line)), "{report}");
    }
}

#[test]
#[should_panic(expected = "the test `t` has not ended within 100ms")]
fn the_test_fails() {
    Test::new("t").timeout(SHORT).run(|_| pending::<()>());
}

#[test]
fn the_time_is_real_also_where_the_clock_is_paused() {
    let body = async |_| sleep(Duration::from_secs(3600)).await;
    assert_eq!(Test::new("t").start_paused(true).run(body), ());
    let forever = async |_| loop {
        sleep(Duration::from_secs(1)).await;
    };
    let (output, report) = Test::new("t").start_paused(true).timeout(SHORT).findings(forever);
    assert!(output.is_none() && report.hung().is_some());
}

#[test]
fn a_worker_thread_that_is_blocked_is_named() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (_, report) = Test::new("t").multi_thread().worker_threads(2).timeout(SHORT).findings(async |_| {
        tokio::spawn(tracked(async move { _ = released.recv() }));
        pending::<()>().await;
    });
    assert!(report.to_string().contains(", blocking its thread for "), "{report}");
    drop(release);
}
