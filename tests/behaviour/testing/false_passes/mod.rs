//! Tests that must fail, and tests that must pass: a panic that some code receives does not fail
//! a test, and a panic that no code receives does.

mod must_fail;
mod must_pass;

use std::env;
use std::process::Command;

/// Tests of `must_fail`, and the texts that each must report.
const MUST_FAIL: &[(&str, &[&str])] = &[
    ("a_handle_that_is_kept", &["a task spawned at tests/behaviour/testing/false_passes/must_fail.rs:", LOST]),
    ("a_handle_that_is_dropped", &["a task spawned at ", LOST]),
    ("a_task_that_is_aborted_afterwards", &["a task spawned at ", LOST]),
    ("one_of_two_handles", &["a task spawned at ", LOST]),
    ("a_timeout_that_was_too_short", &["a task spawned at ", LOST]),
    ("a_join_set_that_is_dropped", &["a task spawned at ", LOST]),
    ("a_join_set_that_is_joined_in_part", &["a task spawned at ", LOST]),
    ("a_group_that_is_dropped", &["a task spawned at ", LOST]),
    ("a_group_that_is_cancelled_and_dropped", &["a task spawned at ", LOST]),
    ("a_blocking_thread", &["a task spawned at ", LOST]),
    ("a_helper_that_spawns", &["a task that the test does not know panicked at ", "must_fail.rs:", LOST]),
    ("a_helper_that_spawns_a_thread", &["a task that the test does not know panicked at ", "must_fail.rs:", LOST]),
    ("several_threads", &["a task spawned at ", LOST]),
    ("a_local_task", &["a task spawned at ", LOST]),
    ("a_destructor", &["panicked at ", LOST]),
    ("a_payload_that_is_no_text", &["a payload that is not a string"]),
    (HOOK, &["a task spawned at ", "and nobody has received the panic: it goes wrong"]),
    ("should_panic_and_a_leak", &["has ended, and this has not", "a task spawned at ", NOT_HIDDEN]),
    ("should_panic_and_only_a_leak", &["has ended, and this has not", NOT_HIDDEN]),
    ("should_panic_and_a_hang", &["has not ended within 200ms", NOT_HIDDEN]),
    ("should_panic_and_a_panic_elsewhere", &[LOST, NOT_HIDDEN]),
    ("should_panic_with_the_text_of_a_panic_elsewhere", &[LOST, NOT_HIDDEN]),
    ("should_panic_with_another_text", &["panic did not contain expected string"]),
    ("race_a_handle_that_is_kept", &["task 1 panics", LOST]),
    ("race_a_join_set_that_is_dropped", &[LOST]),
    ("race_a_group_that_is_dropped", &[LOST]),
    ("race_a_helper_that_spawns", &["a task that the test does not know panicked at ", LOST]),
    ("race_should_panic_and_a_deadlock", &["deadlock: nothing can run", NOT_HIDDEN]),
    ("race_should_panic_and_a_panic_elsewhere", &[LOST, NOT_HIDDEN]),
    ("cancel_a_handle_that_is_kept", &["failed before anything was cancelled", LOST]),
    ("cancel_only_after_the_cut", &["cancelled at suspension", LOST]),
    ("cancel_should_panic_and_a_deadlock", &["deadlock: nothing can run", NOT_HIDDEN]),
];

const HOOK: &str = "with_a_hook_of_its_own";
const LOST: &str = ", and nobody has received the panic: it goes wrong";
const NOT_HIDDEN: &str = "`#[should_panic]` expects the panic of the test's own body, so this fails it";

#[test]
fn tests_that_must_fail_fail_with_their_reason() {
    let tests = format!("{}::must_fail::", module_path!().split_once("::").unwrap().1);
    let run = |args: &[&str]| {
        let process = Command::new(env::current_exe().unwrap()).args(args).arg("--ignored").output().unwrap();
        let output = String::from_utf8_lossy(&process.stdout).into_owned();
        assert_eq!(process.status.code(), Some(101), "{output}");
        output
    };
    // The hook test needs a process of its own.
    let output = run(&[&tests, "--skip", HOOK]) + &run(&[&format!("{tests}{HOOK}"), "--exact"]);
    let mut wrong = Vec::new();
    for (test, words) in MUST_FAIL {
        // The output under the test's name.
        let head = format!("---- {tests}{test} stdout ----");
        let told = output.split_once(&head).map(|(_, rest)| rest.split("\n---- ").next().unwrap_or_default());
        match told {
            None => wrong.push(format!("{test} passes")),
            Some(told) if words.iter().all(|word| told.contains(word)) => {}
            Some(told) => wrong.push(format!("{test} says:\n{told}")),
        }
    }
    let count = output.lines().filter(|line| line.starts_with("---- ")).count();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, MUST_FAIL.len(), "one of them is not in the list");
}
