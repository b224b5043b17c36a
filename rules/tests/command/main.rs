//! `cargo taskward`, run on small crates.

mod bad_input;
mod baseline;
mod config;
mod crates;
mod formats;
mod order;
mod scope;
mod support;

use self::support::Package;

const SPAWNS: &str = "pub fn spawns() {\n    tokio::spawn(work());\n}\n";

#[test]
fn the_exit_code_says_whether_something_was_found() {
    let clean = Package::new("clean", "pub fn adds(n: u8) -> u8 {\n    n + 1\n}\n", &[]);
    let run = clean.check(&[]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "0 findings in 1 file\n", ""));

    let run = Package::new("spawns", SPAWNS, &[]).check(&[]);
    assert_eq!(run.code, 1, "{}", run.out);

    let run = clean.check(&["--unknown"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("--unknown"), "{}", run.err);
}

#[test]
fn a_finding_is_printed_as_rustc_prints_errors() {
    let run = Package::new("printed", SPAWNS, &[]).check(&["--color", "never"]);
    let expected = "\
error[detached_task]: task is spawned without an owner and can outlive this function
 --> src/lib.rs:2:5
  |
2 |     tokio::spawn(work());
  |     ^^^^^^^^^^^^
  |
  = help: spawn it in a `TaskGroup`, which joins it
  = note: rule: detached_task (silence with `// taskward: allow(detached_task)`)

1 finding in 1 file
For more about a rule, try `cargo taskward --explain detached_task`.
";
    assert_eq!(run.out, expected);
}

#[test]
fn a_rule_is_explained_by_its_page() {
    let package = Package::new("explains", "", &[]);
    let run = package.run(&["--explain", "torn_write"]);
    assert!(run.code == 0 && run.out.contains("# Wrong") && run.out.starts_with("`torn_write`: "), "{}", run.out);
    let run = package.run(&["--explain", "torn_writes"]);
    assert!(run.code == 2 && run.err.contains("did you mean `torn_write`?"), "{}", run.err);
}

#[test]
fn a_crate_is_checked_as_one_of_its_tests() {
    let package = Package::new("as_a_test", SPAWNS, &[]);
    let check = taskward_rules::CrateCheck::new(&package.folder);
    let failed = std::panic::catch_unwind(|| check.run().assert_clean()).unwrap_err();
    let text = failed.downcast_ref::<String>().unwrap();
    assert!(text.contains("error[detached_task]") && text.contains("src/lib.rs:2:5"), "{text}");
    package.write("src/lib.rs", "");
    check.run().assert_clean();
}

#[test]
fn this_crate_keeps_the_rules() {
    taskward_rules::check_crate!();
}
