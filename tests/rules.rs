//! Every rule has a fixture with the compiler's output, a page, and a row in README.
//!
//! A page is that of `rules/docs` followed by the first error of the rule's fixture.
//! `UPDATE_EXPECT=1 cargo test -p taskward-tests --test rules` updates the pages.

use std::fs;

use expect_test::expect_file;
use taskward_rules::NAMES;

use self::files::{files, root};

mod files;

/// Rules about whole crates: their errors come from the command.
const OF_CRATES: [&str; 2] = ["missing_context", "context_not_passed"];

fn first_error(stderr: &str) -> &str {
    stderr.split("\n\n").next().unwrap()
}

/// The error of a page: from the rule's fixture, or from the command for the page's wrong code.
fn error(name: &str) -> String {
    if OF_CRATES.contains(&name) {
        let file = root().join(format!("rules/tests/pages/{name}.txt"));
        return fs::read_to_string(file).unwrap().trim_end().to_owned();
    }
    let fixture = root().join(format!("tests/ui/rules/{name}.rs"));
    assert!(fixture.exists(), "{name} has no fixture");
    let stderr = fs::read_to_string(fixture.with_extension("stderr")).unwrap();
    assert!(stderr.contains(&format!("rule: {name} (")), "the fixture of {name} shows another rule");
    first_error(&stderr).to_owned()
}

#[test]
fn every_rule_is_shown_and_explained() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let index = fs::read_to_string(root().join("runtime/src/rules.rs")).unwrap();
    for name in NAMES {
        assert!(root().join(format!("rules/src/{name}.rs")).exists(), "{name} has no file");
        assert!(readme.contains(&format!("\n| `{name}` | ")), "{name} has no row in README");
        assert!(index.contains(&format!("docs/rules/{name}.md")), "{name} is not in `taskward::rules`");

        let docs = fs::read_to_string(root().join(format!("rules/docs/{name}.md"))).unwrap();
        let page = format!("{docs}\n# The error\n\n```text\n{}\n```\n", error(name));
        expect_file![root().join(format!("runtime/docs/rules/{name}.md"))].assert_eq(&page);
    }
}

/// Code that is not a rule has its own folder.
#[test]
fn the_files_beside_the_crate_root_are_rules() {
    let folder = root().join("rules/src");
    for path in files("rules/src", "rs").iter().filter(|path| path.parent() == Some(&folder)) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(name == "lib" || NAMES.contains(&name), "rules/src/{name}.rs is no rule");
    }
}

/// `allow(…)` accepts the name of every rule.
#[test]
fn allow_takes_the_names_of_all_rules() {
    let stderr = fs::read_to_string(root().join("tests/ui/cancellable/fail/allow.stderr")).unwrap();
    for name in NAMES {
        assert!(stderr.contains(&format!("`{name}`")), "`allow({name})` is refused");
    }
}
