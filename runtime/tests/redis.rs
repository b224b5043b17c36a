//! The example `redis`: a real server, killed and started again under load. Skipped where there is
//! none.
#![cfg(unix)]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, io, thread};

/// More than the example's own limit.
const AT_MOST: Duration = Duration::from_secs(180);

/// Runs the example. Returns its exit code and output. Cargo builds the examples beside the tests.
fn run(options: &[&str]) -> (Option<i32>, String) {
    let test = env::current_exe().unwrap();
    let example = test.parent().unwrap().with_file_name("examples").join("redis");
    assert!(
        example.exists(),
        "`cargo test --test` alone builds no examples: `cargo build -p taskward --examples` first"
    );
    let mut command = Command::new(example);
    let command = command.args(options).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let id = process.id();
    let (stdout, stderr) = (process.stdout.take().unwrap(), process.stderr.take().unwrap());
    let read = |from: &mut dyn io::Read| io::read_to_string(from).unwrap();
    thread::scope(|scope| {
        let (ended, has_ended) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            if has_ended.recv_timeout(AT_MOST) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                // By its ordinary end, so that it stops its server.
                _ = Command::new("kill").args(["-TERM", &id.to_string()]).status();
            }
        });
        let errors = scope.spawn(move || read(&mut { stderr }));
        let printed = read(&mut { stdout });
        let code = process.wait().unwrap().code();
        drop(ended);
        (code, printed + &errors.join().unwrap())
    })
}

/// The numbers in the line that begins with `start`.
fn numbers(printed: &str, start: &str) -> Vec<usize> {
    let line = printed.lines().find_map(|line| line.strip_prefix(start)).expect(printed);
    line.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

#[test]
fn a_server_that_dies_under_load_is_dialled_once_an_outage_and_no_call_is_lost() {
    let (code, printed) = run(&["--callers", "16", "--outages", "3", "--calls", "300"]);
    if printed.starts_with("skipped") {
        // Not by `println!`, which the harness keeps to itself when a test passes.
        io::stderr().write_all(printed.as_bytes()).unwrap();
        return;
    }
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(numbers(&printed, "start:"), [1, 1], "{printed}");
    for outage in ["outage 1:", "outage 2:", "outage 3:"] {
        let dials = numbers(&printed, outage);
        // The first of them has come to nothing: it was tried while there was no server.
        assert!(dials[0] >= 2 && dials[1] == 1, "{printed}");
    }
    assert_eq!(numbers(&printed, "dials at a time:"), [1], "{printed}");
    let calls = numbers(&printed, "calls:");
    assert_eq!(calls[0], calls[1] + calls[2], "{printed}");
    assert!(calls[1] >= 1200 && calls[2] >= 3, "{printed}");
    assert_eq!(numbers(&printed, "calls that failed while the server was up:"), [0], "{printed}");
    assert_eq!(numbers(&printed, "calls with the answer of another:"), [0, 0], "{printed}");
}

#[test]
fn without_a_server_it_says_so() {
    let test = env::current_exe().unwrap();
    let example = test.parent().unwrap().with_file_name("examples").join("redis");
    let output = Command::new(example).env("PATH", "").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "skipped: there is no redis-server on the PATH\n");
    assert!(output.status.success());
}
