//! Each row of the page is a test or a fixture, and each test or fixture has a row.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

struct Row {
    here: String,
    test: String,
}

fn tests() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows by their kernel: `| `kernel` | bug | here | `test` |`
fn rows() -> BTreeMap<String, Row> {
    let page = fs::read_to_string(tests().join("../runtime/docs/leaks.md")).unwrap();
    let mut rows = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect();
        let [kernel, _bug, here, test] = *cells else { panic!("not four cells: {line}") };
        let row = Row { here: here.to_owned(), test: test.to_owned() };
        assert!(rows.insert(kernel.to_owned(), row).is_none(), "{kernel} has two rows");
    }
    rows
}

fn files(folder: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(tests().join(folder)).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

/// The names of a file's `#[test]`s.
fn tests_in(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let after_attribute = text.split("#[test]\nfn ").skip(1);
    after_attribute.map(|rest| rest.split('(').next().unwrap().to_owned()).collect()
}

#[test]
fn each_row_names_an_existing_test() {
    assert!(rows().len() >= 40, "rows have been lost");
    for (kernel, row) in rows() {
        let path = tests().join(&row.test);
        assert!(path.exists(), "{kernel}: there is no {}", row.test);
        if row.test.starts_with("leaks/") {
            assert!(tests_in(&path).contains(&kernel), "{kernel} is not a test in {}", row.test);
            let says = ["cannot leak: ", "cannot be expressed: "];
            assert!(says.iter().any(|says| row.here.starts_with(says)), "{kernel}: {}", row.here);
            continue;
        }
        assert_eq!(row.test, format!("ui/leaks/{kernel}.rs"));
        let stderr = fs::read_to_string(path.with_extension("stderr")).unwrap();
        if let Some((says, rule)) = row.here.split_once("crate::rules::") {
            assert!(says.starts_with("does not compile: "), "{kernel}: {}", row.here);
            let rule = rule.trim_end_matches(')');
            assert!(stderr.contains(&format!("rule: {rule} (")), "{kernel} is refused by another rule than {rule}");
        } else {
            assert!(row.here.starts_with("cannot be expressed: "), "{kernel}: {}", row.here);
            assert!(stderr.starts_with("error[E"), "{kernel} is refused by a rule");
        }
    }
}

#[test]
fn each_kernel_has_a_row() {
    let rows = rows();
    for fixture in files("ui/leaks") {
        assert!(rows.contains_key(stem(&fixture)), "{} has no row", stem(&fixture));
    }
    for file in files("leaks") {
        if ["page", "rounds"].contains(&stem(&file)) {
            continue;
        }
        for kernel in tests_in(&file) {
            assert!(rows.contains_key(&kernel), "{kernel} has no row");
        }
    }
}
