//! The example `checksum` as a user runs it: a process, real files, real signals.
#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Cargo builds the examples beside the tests.
fn checksum() -> Command {
    let test = std::env::current_exe().unwrap();
    let example = test.parent().unwrap().with_file_name("examples").join("checksum");
    assert!(
        example.exists(),
        "`cargo test --test` alone builds no examples: `cargo build -p taskward --examples` first"
    );
    Command::new(example)
}

fn run(args: &[&Path]) -> Output {
    checksum().args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn a_tree_is_listed_in_path_order_as_sha256sum_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    fs::create_dir_all(root.join("b/c")).unwrap();
    for (name, content) in [("b/c/abc", "abc"), ("a", ""), ("b/z", "abc"), ("odd\\name\n", "")] {
        fs::write(root.join(name), content).unwrap();
    }
    let output = run(&[root]);
    let root = root.display();
    let expected =
        format!("{EMPTY}  {root}/a\n{ABC}  {root}/b/c/abc\n{ABC}  {root}/b/z\n\\{EMPTY}  {root}/odd\\\\name\\n\n");
    assert_eq!(text(&output.stdout), expected);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    fs::write(root.join("good"), "abc").unwrap();
    symlink(root.join("nowhere"), root.join("broken")).unwrap();
    fs::write(root.join(std::ffi::OsStr::from_bytes(b"not\xFFutf8")), "abc").unwrap();
    let missing = root.join("missing");
    // Opens, and fails when it is read: also for root, whom no permissions stop.
    let unreadable = PathBuf::from("/proc/self/mem");

    let mut paths = vec![root, &missing];
    if unreadable.exists() {
        paths.push(&unreadable);
    }
    let output = run(&paths);
    assert_eq!(text(&output.stdout), format!("{ABC}  {}/good\n", root.display()));
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    for name in ["broken", "utf8", "missing"] {
        assert!(errors.contains(name), "{name} is not named: {errors}");
    }
    assert!(!unreadable.exists() || errors.contains("/proc/self/mem"), "{errors}");
}

#[test]
fn bad_options_are_explained() {
    for args in [&["--workers", "0", "."][..], &["--timeout", "5 parsecs", "."], &[]] {
        let output = checksum().args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).contains("--help"), "{}", text(&output.stderr));
    }
}

/// Endless for all that the test can wait: it takes no room on the disk.
fn huge_file(dir: &Path) -> PathBuf {
    let path = dir.join("huge");
    File::create(&path).unwrap().set_len(1 << 40).unwrap();
    path
}

#[test]
fn a_file_that_takes_too_long_is_named_with_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    huge_file(dir.path());
    fs::write(dir.path().join("small"), "abc").unwrap();
    let output = checksum().args(["--timeout", "50ms"]).arg(dir.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("huge: deadline exceeded"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).ends_with("small\n"));
}

#[test]
fn ctrl_c_stops_at_once_and_says_how_far_it_got() {
    let dir = tempfile::tempdir().unwrap();
    huge_file(dir.path());
    let child = checksum().arg(dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until_it_reads(child.id());
    let interrupted = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    // It is some 10 ms, and 200 ms are promised; a busy machine must not fail the test.
    assert!(interrupted.elapsed() < Duration::from_secs(2), "{:?}", interrupted.elapsed());
    assert_eq!(output.status.code(), Some(130));
    assert!(text(&output.stderr).contains("interrupted: 0 of 1 files done"), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
}

/// Until the process has the file open: then its handler is in place, too.
fn wait_until_it_reads(process: u32) {
    let files = PathBuf::from(format!("/proc/{process}/fd"));
    let is_open = |entry: fs::DirEntry| fs::read_link(entry.path()).is_ok_and(|path| path.ends_with("huge"));
    let deadline = Instant::now() + Duration::from_secs(20);
    while !fs::read_dir(&files).is_ok_and(|entries| entries.flatten().any(is_open)) {
        assert!(Instant::now() < deadline, "it never opened the file");
        std::thread::yield_now();
    }
}
