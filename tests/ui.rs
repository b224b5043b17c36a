//! Errors of wrong uses, and right uses that compile without errors.
//!
//! `TRYBUILD=overwrite cargo test -p taskward-tests --test ui` updates the `.stderr` files.

use std::fs;
use std::path::Path;

/// The attributes of functions, each with fixtures that fail and fixtures that pass.
const ATTRIBUTES: [&str; 9] =
    ["cancellable", "enforce", "lazy", "main", "once", "retry", "single_flight", "with_timeout", "worker_pool"];

#[test]
fn wrong_uses_are_one_clear_error_each_and_right_ones_compile() {
    let cases = trybuild::TestCases::new();
    for attribute in ATTRIBUTES {
        cases.pass(format!("ui/{attribute}/pass/*.rs"));
        cases.compile_fail(format!("ui/{attribute}/fail/*.rs"));
    }
    if cfg!(feature = "test-util") {
        cases.compile_fail("ui/cancel_test/fail/*.rs");
        cases.pass("ui/race_test/pass/*.rs");
        cases.compile_fail("ui/race_test/fail/*.rs");
    }
    cases.pass("ui/group/pass/*.rs");
    cases.compile_fail("ui/group/fail/*.rs");
    cases.compile_fail("ui/channel/fail/*.rs");
    cases.compile_fail("ui/rules/*.rs");
    cases.compile_fail("ui/leaks/*.rs");
    cases.pass("ui/rules/quiet/*.rs");
    // The body of a test is only checked with `--test`: see `behaviour/testing/attribute.rs`.
    #[cfg(feature = "test-util")]
    cases.compile_fail("ui/test/fail/*.rs");
}

/// `pass/mended.rs` contains the failing fixtures with their helps followed; the test above
/// compiles and runs it. For each help, it has at least one of the code pieces that the help
/// suggests.
#[test]
fn code_compiles_when_the_help_is_followed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut followed = 0;
    let mut missing = Vec::new();
    for attribute in ATTRIBUTES.iter().filter(|attribute| !matches!(**attribute, "enforce" | "main")) {
        let mended = without_spaces(&fs::read_to_string(root.join(attribute).join("pass/mended.rs")).unwrap());
        let mut errors: Vec<_> =
            fs::read_dir(root.join(attribute).join("fail")).unwrap().map(|it| it.unwrap().path()).collect();
        // A job queue needs `taskward-jobs`, which these tests do not depend on.
        let is_of_jobs = |file: &Path| file.file_stem().is_some_and(|name| name == "jobs");
        errors.retain(|file| file.extension().is_some_and(|ending| ending == "stderr") && !is_of_jobs(file));
        errors.sort();
        for file in errors {
            let text = fs::read_to_string(&file).unwrap();
            for help in text.lines().filter_map(|line| line.strip_prefix("       help: ")) {
                let codes = codes(help);
                if codes.iter().any(|code| mended.contains(&without_spaces(code))) {
                    followed += 1;
                } else if !codes.is_empty() {
                    missing.push(format!("{}: {help}", file.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "no fixture follows\n{}", missing.join("\n"));
    assert!(followed > 100, "only {followed} helps were found");
}

/// The code that a help suggests, without examples such as `path::to::function`, and without code
/// that is to be removed.
fn codes(help: &str) -> Vec<&str> {
    const NO_CODE: [&str; 4] = ["the rules are", "remove", "move it to", "return an owned value"];
    const EXAMPLES: [&str; 6] = ["…", "path::to", "<T", " T", "&E", "Trait"];
    if NO_CODE.iter().any(|start| help.starts_with(start)) {
        return Vec::new();
    }
    let codes = help.split('`').skip(1).step_by(2);
    codes
        .filter(|code| !EXAMPLES.iter().any(|example| code.contains(example)) && !code.ends_with("(Progress)"))
        .collect()
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}
