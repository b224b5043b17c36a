//! Tests that do not end.

use std::env;
use std::future::pending;
use std::process::Command;
use std::thread::park;
use std::time::{Duration, Instant};

use taskward::__private::tracked;
use taskward::testing::Test;
use taskward::{Context, TaskGroup};
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
        let lines = [line!() - 10, line!() - 9].map(|line| format!("hang.rs:{line}:"));
        assert!(lines.iter().all(|line| report.contains(line)), "{report}");
    }
}

/// The task waits for itself, as the page describes.
#[test]
fn a_task_that_awaits_room_in_its_own_full_group_is_named() {
    let (output, report) = Test::new("t").timeout(SHORT).findings(async |ctx: Context| {
        let group = TaskGroup::<()>::new(&ctx).limit(1);
        let handle = group.handle();
        _ = group.spawn_named("crawler", async move |_| drop(handle.spawn(async |_| ()).await));
        group.join().await;
    });
    assert_eq!((output, report.hung()), (None, Some(SHORT)));
    let report = report.to_string();
    assert!(report.contains("`crawler`, spawned at ") && report.contains("hang.rs:"), "{report}");
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

/// The test below starts it. Its thread is blocked forever, so the process has to end.
#[taskward::test(timeout = "200ms")]
#[ignore = "ends its process; the test below starts it: cargo test -p taskward-tests --all-features --test behaviour -- --ignored --exact testing::hang::blocks_its_thread_for_ever"]
async fn blocks_its_thread_for_ever() {
    tokio::spawn(async { Notify::new().notified().await });
    tokio::task::yield_now().await;
    loop {
        park();
    }
}

/// The task of a finished test blocks the thread forever.
#[taskward::test]
#[ignore = "ends its process; the test below starts it: cargo test -p taskward-tests --all-features --test behaviour -- --ignored --exact testing::hang::leaves_a_task_that_blocks_its_thread"]
async fn leaves_a_task_that_blocks_its_thread() {
    tokio::spawn(async {
        loop {
            park();
        }
    });
}

#[test]
fn a_thread_that_is_blocked_for_ever_is_reported_and_the_process_ends() {
    let output = |test: &str| {
        let test = format!("testing::hang::{test}");
        let process =
            Command::new(env::current_exe().unwrap()).args([&*test, "--exact", "--ignored"]).output().unwrap();
        assert_eq!(process.status.code(), Some(101));
        String::from_utf8(process.stderr).unwrap()
    };
    let report = output("blocks_its_thread_for_ever");
    let expected = "the test `testing::hang::blocks_its_thread_for_ever` has not ended within 200ms:\n    \
                    the test itself, blocking its thread for ";
    assert!(report.starts_with(expected), "{report}");
    assert!(report.contains("    a task spawned at tests/behaviour/testing/hang.rs:"), "{report}");
    let report = output("leaves_a_task_that_blocks_its_thread");
    let expected = "the test `testing::hang::leaves_a_task_that_blocks_its_thread` has ended, and this has not:\n    a task spawned at ";
    assert!(report.starts_with(expected), "{report}");
    assert!(report.contains(", blocking its thread for "), "{report}");
}
