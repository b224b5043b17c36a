//! Tests that affect their process: they exit, fork or abort. Each runs in its own process, as in
//! `cargo nextest`; those that pass also run together in one process, as in `cargo test`.

mod tests;

use std::env;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Tests that must fail, and the text that each must report.
const MUST_FAIL: &[(&str, &str)] = &[
    ("a_body_that_exits", "the test `tests::must_fail::a_body_that_exits` calls `exit`"),
    ("a_task_that_exits", "the test `tests::must_fail::a_task_that_exits` calls `exit`"),
    ("a_worker_thread_that_exits", "the test `tests::must_fail::a_worker_thread_that_exits` calls `exit`"),
    ("a_blocking_thread_that_exits", "the test `tests::must_fail::a_blocking_thread_that_exits` calls `exit`"),
    ("a_race_test_that_exits", "calls `exit`"),
    ("a_cancel_test_that_exits", "calls `exit`"),
    ("a_blocking_thread_of_a_race_test_that_exits", "calls `exit`"),
    ("a_panic_in_a_destructor_while_unwinding", "panicked at"),
    ("a_panic_in_a_nested_runtime", "and nobody has received the panic: in a nested runtime"),
    ("a_hundred_thousand_leaks", "a task spawned at tests/hostile/tests.rs:96:18, waiting at an unknown place"),
    ("a_hundred_thousand_leaks_of_a_helper", "100000 tasks that were spawned outside of the test"),
];

/// Tests that must pass.
const MUST_PASS: &[&str] =
    &["a_body_that_forks", "a_thread_that_outlives_its_test", "a_nested_runtime", "a_panic_hook_of_its_own"];

fn run(args: &[&str]) -> (Output, String) {
    let output = Command::new(env::current_exe().unwrap()).args(args).env("RUST_BACKTRACE", "0").output().unwrap();
    let text = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    (output, text)
}

#[test]
fn tests_that_must_fail_fail_in_separate_processes() {
    for (name, says) in MUST_FAIL {
        let began = Instant::now();
        let (output, text) = run(&[&format!("tests::must_fail::{name}"), "--exact", "--ignored", "--nocapture"]);
        assert!(!output.status.success() && text.contains(says), "{name}: {}\n{text}", output.status);
        assert!(began.elapsed() < Duration::from_secs(60), "{name} took {:?}", began.elapsed());
    }
}

#[test]
fn tests_that_must_pass_pass_in_separate_processes() {
    for name in MUST_PASS {
        let (output, text) = run(&[&format!("tests::must_pass::{name}"), "--exact", "--ignored", "--nocapture"]);
        assert!(output.status.success() && text.contains("1 passed"), "{name}: {}\n{text}", output.status);
    }
}

#[test]
fn tests_that_must_pass_pass_in_one_process() {
    for threads in ["1", "4"] {
        let (output, text) = run(&["tests::must_pass::", "--ignored", "--test-threads", threads]);
        let passed = format!("{} passed", MUST_PASS.len());
        assert!(output.status.success() && text.contains(&passed), "{}\n{text}", output.status);
    }
}

#[test]
fn an_ignored_test_is_not_run() {
    let (output, text) = run(&["tests::must_fail::a_body_that_exits", "--exact"]);
    assert!(output.status.success() && text.contains("1 ignored"), "{text}");
}
