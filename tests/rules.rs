//! Every rule has a fixture, the compiler's words, a page and a row in README.
//!
//! A page is the rule's own documentation and the first error of its fixture.
//! `UPDATE_EXPECT=1 cargo test -p taskward-tests --test rules` writes the pages anew.

use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Name and documentation of each rule.
fn rules() -> Vec<(String, String)> {
    let files = fs::read_dir(root().join("rules/src")).unwrap();
    let mut rules: Vec<_> = files
        .filter_map(|file| {
            let path = file.unwrap().path();
            if path.is_dir() {
                return None;
            }
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let docs: Vec<_> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim_start).collect();
            docs.first()?.starts_with(&format!("`{name}`: ")).then(|| (name, docs.join("\n")))
        })
        .collect();
    rules.sort();
    rules
}

fn first_error(stderr: &str) -> &str {
    stderr.split("\n\n").next().unwrap()
}

#[test]
fn every_rule_is_shown_and_explained() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let index = fs::read_to_string(root().join("runtime/src/rules.rs")).unwrap();
    assert!(rules().len() == 13, "the rules have moved");
    for (name, docs) in rules() {
        let fixture = root().join(format!("tests/ui/rules/{name}.rs"));
        assert!(fixture.exists(), "{name} has no fixture");
        let stderr = fs::read_to_string(fixture.with_extension("stderr")).unwrap();
        assert!(stderr.contains(&format!("rule: {name} (")), "the fixture of {name} shows another rule");
        assert!(readme.contains(&format!("\n| `{name}` | ")), "{name} has no row in README");
        assert!(index.contains(&format!("docs/rules/{name}.md")), "{name} is not in `taskward::rules`");

        let page = format!("{docs}\n\n# The error\n\n```text\n{}\n```\n", first_error(&stderr));
        expect_file![root().join(format!("runtime/docs/rules/{name}.md"))].assert_eq(&page);
    }
}

/// Every rule's name is one that `allow(…)` takes.
#[test]
fn allow_takes_the_names_of_all_rules() {
    let stderr = fs::read_to_string(root().join("tests/ui/cancellable/fail/allow.stderr")).unwrap();
    for (name, _) in rules() {
        assert!(stderr.contains(&format!("`{name}`")), "`allow({name})` is refused");
    }
}
