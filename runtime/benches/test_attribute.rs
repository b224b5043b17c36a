//! Measures the cost of `#[taskward::test]` over `#[tokio::test]`, and the duration of a report.
//!
//! `cargo bench -p taskward --features test-util --bench test_attribute`

use std::hint::black_box;
use std::time::{Duration, Instant};

use taskward::__private::tracked;
use taskward::testing::Test;
use tokio::runtime::Builder;
use tokio::sync::Notify;

const TIMES: u32 = 500;
const ROUNDS: u32 = 5;

/// Returns the best of several rounds, the one least disturbed by other processes.
fn time(mut run: impl FnMut()) -> Duration {
    let round = |run: &mut dyn FnMut()| {
        let began = Instant::now();
        for _ in 0..TIMES {
            run();
        }
        began.elapsed() / TIMES
    };
    (0..ROUNDS).map(|_| round(&mut run)).min().unwrap_or_default()
}

fn compare(what: &str, tokio: impl FnMut(), taskward: impl FnMut()) {
    let (tokio, taskward) = (time(tokio), time(taskward));
    let ratio = taskward.as_secs_f64() / tokio.as_secs_f64();
    let more = taskward.saturating_sub(tokio);
    println!("{what:<44} tokio {tokio:>10.1?}   taskward {taskward:>10.1?}   {ratio:>5.2} x   {more:>8.1?} more");
}

fn reports(tasks: usize) {
    let leak = || {
        let began = Instant::now();
        let (_, findings) = Test::new("leaks").start_paused(true).findings(async |_| {
            for _ in 0..tasks {
                tokio::spawn(tracked(async { Notify::new().notified().await }));
            }
            tokio::task::yield_now().await;
        });
        assert_eq!(findings.tasks().len(), tasks);
        black_box(findings.to_string());
        began.elapsed()
    };
    let first = leak();
    let next = (0..20).map(|_| leak()).min().unwrap_or_default();
    println!("a report of {tasks:>3} leaked tasks: the first {first:.1?}, then {next:.1?}");
}

fn main() {
    compare(
        "an empty test",
        || Builder::new_current_thread().enable_all().build().unwrap().block_on(async {}),
        || Test::new("empty").run(async |_| {}),
    );
    compare(
        "a test that joins 10 tasks",
        || {
            Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                for _ in 0..10 {
                    tokio::spawn(tokio::task::yield_now()).await.unwrap();
                }
            });
        },
        || {
            Test::new("joins").run(async |_| {
                for _ in 0..10 {
                    tokio::spawn(tracked(tokio::task::yield_now())).await.unwrap();
                }
            });
        },
    );
    compare(
        "an empty test with 2 threads",
        || Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(async {}),
        || Test::new("empty").multi_thread().worker_threads(2).run(async |_| {}),
    );
    for tasks in [1, 10, 100] {
        reports(tasks);
    }
}
