//! The wrong code of each rule's page is reported, and no rule reports the right code.

use std::path::Path;

use expect_test::expect_file;
use taskward_rules::{Format, NAMES, check_source, page};

/// The code blocks under a heading.
fn code<'p>(page: &'p str, heading: &str) -> &'p str {
    let section = page.split(&format!("\n# {heading}\n")).nth(1).unwrap_or_default();
    section.split("```rust,ignore\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap_or_default()
}

#[test]
fn wrong_code_of_every_page_is_reported_and_right_code_is_not() {
    for name in NAMES {
        let (wrong, right) = (code(page(name), "Wrong"), code(page(name), "Right"));
        assert!(!wrong.is_empty() && !right.is_empty(), "{name} shows no code");
        let found = |text: &str| -> Vec<&str> {
            let imports = "use taskward::{Context, TaskGroup, cancellable, enforce};\n";
            let imports = if text.contains("use taskward::") { "" } else { imports };
            let found = check_source(&format!("{imports}{text}")).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            found.into_iter().map(|found| found.rule).collect()
        };
        assert!(found(wrong).contains(name), "the wrong code of {name} is not reported: {:?}", found(wrong));
        assert!(found(right).is_empty(), "the right code of {name} is reported: {:?}", found(right));
    }
}

/// The command's output for the two rules that no macro applies.
#[test]
fn rules_about_crates_have_an_error_to_show() {
    for name in ["missing_context", "context_not_passed"] {
        let mut report = taskward_rules::Report::default();
        report.diagnostics = check_source(code(page(name), "Wrong")).unwrap();
        let mut text = Vec::new();
        report.write(Format::Human, Path::new(""), false, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pages/{name}.txt"));
        expect_file![path].assert_eq(&text);
    }
}
