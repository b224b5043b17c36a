//! `#[taskward::main]` and `Shutdown` from outside: real processes, signals and exit codes.
#![cfg(unix)]

mod process;

use self::process::{Process, run};

#[test]
fn a_signal_ends_the_context_and_its_name_is_the_cause() {
    for case in ["waits", "waits_on_one_thread", "knows_the_current_context"] {
        for (signal, code) in [("INT", 130), ("TERM", 143)] {
            let mut process = Process::start(case);
            process.signal(signal);
            let ended = process.wait();
            assert_eq!(ended.stdout, format!("cancelled: SIG{signal}\n"), "{case}");
            assert_eq!((ended.code, &*ended.stderr), (Some(code), ""), "{case}");
        }
    }
}

#[test]
fn the_body_has_its_grace_to_clean_up() {
    let mut process = Process::start("cleans_up");
    process.signal("TERM");
    let ended = process.wait();
    assert_eq!((&*ended.stdout, ended.code), ("cleaned up\n", Some(143)));
}

#[test]
fn a_second_signal_exits_at_once() {
    for case in ["never_ends", "blocks_for_long", "has_a_hook_that_blocks"] {
        for (second, code) in [("TERM", 143), ("INT", 130)] {
            let mut process = Process::start(case);
            process.signal("INT");
            assert_eq!(process.line(), "cancelled: SIGINT", "{case}");
            process.signal(second);
            let ended = process.wait();
            assert_eq!((ended.code, &*ended.stderr), (Some(code), ""), "{case}");
        }
    }
}

#[test]
fn a_signal_while_the_process_starts_is_not_lost() {
    let mut process = Process::start("starts");
    process.signal("TERM");
    process.write_line();
    let ended = process.wait();
    assert_eq!((&*ended.stdout, ended.code), ("cancelled: SIGTERM\n", Some(143)));
}

#[test]
fn without_a_grace_what_does_not_end_at_once_is_aborted_and_named() {
    for case in ["has_no_grace", "runs_in_a_task"] {
        let mut process = Process::start(case);
        process.signal("TERM");
        let ended = process.wait();
        assert_eq!(ended.code, Some(143), "{case}");
        let expected = "taskward: SIGTERM, and still alive 0ns later, so aborted:\n    the main function\n";
        assert_eq!(ended.stderr, expected, "{case}");
    }
}

#[test]
fn tasks_alive_after_the_grace_are_named_with_their_spawn_place() {
    let mut process = Process::start("leaves_tasks");
    process.signal("TERM");
    let ended = process.wait();
    assert_eq!(ended.code, Some(143));
    let told = format!(
        "taskward: SIGTERM, and still alive 50ms later, so aborted:\n    the main function\n{TASKS}    and 2 tasks that are in no group\n"
    );
    assert_eq!(ended.stderr, told);
}

/// The tasks in the report.
const TASKS: &str = "    `stubborn`, spawned at tests/shutdown/child/tasks.rs:12:15
    a task spawned at tests/shutdown/child/tasks.rs:14:15
";

#[test]
fn tasks_have_their_grace_when_the_body_has_returned() {
    let ended = run("returns_before_its_tasks");
    assert_eq!(&*ended.stdout, "cleaned up: cancelled: the main function has returned\n");
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));

    let ended = run("returns_before_stubborn_tasks");
    let told = format!("taskward: the main function has returned, and still alive 50ms later, so aborted:\n{TASKS}");
    assert_eq!((ended.code, ended.stderr), (Some(0), told));
}

#[test]
fn tasks_have_their_grace_when_the_body_has_panicked() {
    let ended = run("panics_beside_its_tasks");
    assert_eq!(&*ended.stdout, "cleaned up: cancelled: the main function has returned\n");
    assert_eq!(ended.code, Some(101));
}

#[test]
fn a_group_that_the_body_joins_ends_with_the_signal() {
    let mut process = Process::start("joins_its_tasks");
    process.signal("INT");
    let ended = process.wait();
    assert_eq!((&*ended.stdout, ended.code), ("cleaned up: cancelled: SIGINT\n", Some(130)));
}

#[test]
fn tasks_cut_by_a_groups_own_grace_are_named_too() {
    let mut process = Process::start("is_cut_by_its_group");
    process.signal("TERM");
    let ended = process.wait();
    let told = "taskward: SIGTERM, and at the end of their group's grace these were aborted:\n    `slow` of `jobs`, spawned at tests/shutdown/child/tasks.rs:";
    assert!(ended.stderr.starts_with(told), "{}", ended.stderr);
    assert_eq!(ended.code, Some(143), "not a clean stop");
}

#[test]
fn a_clean_stop_exits_with_zero_where_that_was_asked_for() {
    let mut process = Process::start("stops_cleanly");
    process.signal("TERM");
    let ended = process.wait();
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));

    let mut process = Process::start("does_not_stop_cleanly");
    process.signal("TERM");
    let ended = process.wait();
    assert_eq!(ended.code, Some(143), "{}", ended.stderr);
}

#[test]
fn a_blocked_thread_does_not_keep_the_process() {
    let blocked = "a thread of the runtime is still blocked 100ms later";
    for (case, is_signalled, says) in [
        ("blocks_its_thread", true, "    the main function\n"),
        ("stops_beside_a_blocked_thread", true, blocked),
        ("leaves_a_blocked_thread", false, blocked),
        // The process cannot print anything then.
        ("blocks_standard_error", true, ""),
    ] {
        let ended = if is_signalled {
            let mut process = Process::start(case);
            process.signal("TERM");
            process.wait()
        } else {
            run(case)
        };
        assert_eq!(ended.code, Some(if is_signalled { 143 } else { 0 }), "{case}");
        assert!(ended.stderr.contains(says), "{case}: {}", ended.stderr);
    }
}

#[test]
fn an_idle_standard_input_does_not_use_up_the_grace() {
    let mut process = Process::start("waits_for_standard_input");
    process.signal("TERM");
    let ended = process.wait();
    assert_eq!(ended.code, Some(143));
    assert_eq!(ended.stderr, "taskward: a thread of the runtime is still blocked 1s later, so left behind\n");
}

#[test]
fn a_task_that_blocks_the_only_thread_does_not_keep_the_process() {
    let ended = run("leaves_a_task_that_blocks");
    assert_eq!(ended.code, Some(1));
    let told =
        "taskward: the main function has returned, and still alive 100ms later, so aborted:\n    a task spawned at ";
    assert!(ended.stderr.starts_with(told), "{}", ended.stderr);
}

#[test]
fn an_error_is_printed_and_the_code_is_1() {
    let with_cause = "Error: cannot start\ncaused by: the disk is full\n";
    for (case, says) in [
        ("fails", with_cause),
        ("fails_in_a_box", with_cause),
        ("fails_with_a_report", "Error: cannot start\n\nCaused by:\n    the disk is full\n"),
        ("fails_without_an_error", "Error: DiskIsFull\n"),
    ] {
        let ended = run(case);
        assert_eq!((ended.code, &*ended.stderr), (Some(1), says), "{case}");
    }
}

#[test]
fn an_error_after_a_signal_is_printed_unless_it_is_the_signal() {
    for (case, says) in
        [("fails_while_stopping", "Error: cannot start\ncaused by: the disk is full\n"), ("is_interrupted", "")]
    {
        let mut process = Process::start(case);
        process.signal("TERM");
        let ended = process.wait();
        assert_eq!((ended.code, &*ended.stderr), (Some(143), says), "{case}");
    }
}

#[test]
fn an_exit_code_is_the_exit_code() {
    assert_eq!(run("has_a_code").code, Some(7));
}

#[test]
fn a_panic_is_told_and_the_code_is_101() {
    let ended = run("panics");
    assert_eq!(ended.code, Some(101));
    assert!(ended.stderr.contains("thread 'main'") && ended.stderr.contains("out of luck"), "{}", ended.stderr);
}

#[test]
fn a_function_of_another_name_returns_what_its_body_does_unless_there_is_a_signal() {
    let mut process = Process::start("is_called_otherwise");
    process.write_line();
    assert_eq!(process.wait().code, Some(7));

    let mut process = Process::start("is_called_otherwise");
    process.signal("INT");
    assert_eq!(process.line(), "cancelled: SIGINT");
    // The reading thread ends only after it has read.
    process.write_line();
    assert_eq!(process.wait().code, Some(130));
}

#[test]
fn a_signal_ends_the_process_when_nobody_shuts_down_any_more() {
    let mut process = Process::start("goes_on_afterwards");
    process.signal("TERM");
    assert_eq!(process.line(), "goes on");
    process.signal("INT");
    assert_eq!(process.wait().code, Some(130));

    let mut process = Process::start("gives_up_before_it_runs");
    process.signal("TERM");
    assert_eq!(process.wait().code, Some(143));
}

#[test]
fn sigquit_names_what_is_alive_and_the_process_goes_on() {
    let mut process = Process::start("tells_who_is_alive");
    for _ in 0..2 {
        process.signal("QUIT");
        let mut lines = process.error_lines(6);
        assert_eq!(lines.remove(0), "taskward: SIGQUIT, so this is alive, and the process goes on:");
        assert!(lines[0].starts_with("    the main function, alive for "), "{lines:?}");
        let waits = lines[0].contains(", waiting at tests/shutdown/child/tasks.rs:150:");
        assert_eq!(waits, cfg!(feature = "dump"), "{lines:?}");
        assert_eq!(lines.pop().as_deref(), Some("    and 1 task that is in no group"));
        lines.sort_unstable();
        let expected = [
            "    `stubborn`, spawned at tests/shutdown/child/tasks.rs:12:15, alive for ",
            "    a task of `connections` spawned at tests/shutdown/child/tasks.rs:145:29: 3 of them, alive for ",
            "    a task spawned at tests/shutdown/child/tasks.rs:14:15, alive for ",
        ];
        for (line, start) in lines.iter().zip(expected) {
            assert!(line.starts_with(start), "{line}");
            assert_eq!(line.contains(", interrupted"), !start.contains("connections"), "{line}");
            let waits = line.contains(", waiting at tests/shutdown/child/tasks.rs:145:");
            assert_eq!(waits, cfg!(feature = "dump") && start.contains("connections"), "{line}");
        }
    }
    process.signal("TERM");
    assert_eq!(process.wait().code, Some(143));
}

#[test]
fn sigquit_is_answered_while_every_thread_of_the_runtime_is_blocked() {
    let mut process = Process::start("blocks_for_long");
    process.signal("QUIT");
    let lines = process.error_lines(2);
    assert_eq!(lines[0], "taskward: SIGQUIT, so this is alive, and the process goes on:");
    assert_eq!(lines[1].contains(" ms, running for "), cfg!(feature = "dump"), "{lines:?}");
    process.signal("INT");
    process.signal("INT");
    assert_eq!(process.wait().code, Some(130));
}
