use std::fs;

use crate::SPAWNS;
use crate::support::Package;

#[test]
fn old_findings_are_written_once_and_not_reported_again() {
    let package = Package::new("old_findings", SPAWNS, &[]);
    let first = package.check(&["--baseline", "old.json"]);
    assert!(first.code == 1 && first.err.contains("1 findings are written to old.json"), "{}", first.err);
    assert_eq!(package.check(&["--baseline", "old.json"]).code, 0);

    // Moved lines keep the finding; the same text in another function is a new finding.
    package.write("src/lib.rs", format!("// A line.\n\n{SPAWNS}"));
    assert_eq!(package.check(&["--baseline", "old.json"]).code, 0);
    package.write("src/lib.rs", format!("{SPAWNS}{}", SPAWNS.replace("spawns", "others")));
    assert_eq!(package.findings(&["--baseline", "old.json"]), ["detached_task src/lib.rs:5"]);

    package.write("src/lib.rs", "");
    let gone = package.check(&["--baseline", "old.json"]);
    assert!(gone.code == 0 && gone.err.contains("1 findings in old.json are gone"), "{}", gone.err);
    assert_eq!(package.check(&["--baseline", "old.json", "--update-baseline"]).code, 0);
    assert_eq!(package.check(&["--baseline", "old.json"]).err, "");
}

#[test]
fn a_baseline_of_another_version_is_not_guessed_at() {
    let package = Package::new("other_version", SPAWNS, &[]);
    package.check(&["--baseline", "old.json"]);
    let file = package.folder.join("old.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"version\": 1", "\"version\": 7")).unwrap();
    let run = package.check(&["--baseline", "old.json"]);
    assert!(run.code == 2 && run.out.contains("the baseline has version 7"), "{}", run.out);
    fs::write(&file, "[]").unwrap();
    assert_eq!(package.check(&["--baseline", "old.json"]).code, 2);
}
