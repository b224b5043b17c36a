use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::SPAWNS;
use crate::support::Package;

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// What rustc itself says of an error.
fn of_rustc(package: &Package) -> Value {
    package.write("wrong.rs", "fn main() {\n    let n: u8 = \"text\";\n}\n");
    let output = Command::new("rustc").args(["--error-format=json", "wrong.rs"]).current_dir(&package.folder).output();
    let text = String::from_utf8(output.unwrap().stderr).unwrap();
    serde_json::from_str(text.lines().next().unwrap()).unwrap()
}

#[test]
fn json_has_the_schema_of_rustc() {
    let package = Package::new("schema", SPAWNS, &[]);
    let message = package.check(&["--message-format", "json"]).json().remove(0);
    let rustc = of_rustc(&package);
    assert_eq!(keys(&message), keys(&rustc));
    assert_eq!(keys(&message["spans"][0]), keys(&rustc["spans"][0]));
    assert_eq!(keys(&message["spans"][0]["text"][0]), keys(&rustc["spans"][0]["text"][0]));
    assert_eq!(keys(&message["code"]), keys(&rustc["code"]));
    let child = rustc["children"].as_array().and_then(|children| children.first());
    assert!(child.is_none_or(|child| keys(&message["children"][0]) == keys(child)));
    assert_eq!(message["code"]["code"], "detached_task");
    let span = &message["spans"][0];
    let place =
        ["line_start", "line_end", "column_start", "column_end", "byte_start", "byte_end"].map(|key| &span[key]);
    assert_eq!(place.map(|value| value.as_u64().unwrap()), [2, 2, 5, 17, 22, 34]);
    assert!(span["is_primary"] == true && span["file_name"] == "src/lib.rs", "{span}");
}

#[test]
fn columns_are_characters_and_offsets_are_bytes() {
    let lib = "pub fn f() {\n    let _ = (\"äöü\", tokio::spawn(\n        work()));\n}\n";
    let span =
        Package::new("columns", lib, &[]).check(&["--message-format", "json"]).json().remove(0)["spans"][0].take();
    assert_eq!((span["column_start"].as_u64(), span["byte_start"].as_u64()), (Some(21), Some(36)));
}

#[test]
fn sarif_names_the_rule_and_the_place() {
    let run = Package::new("sarif", SPAWNS, &[]).check(&["--message-format", "sarif"]);
    assert_eq!(run.code, 1);
    let log: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    // The types are generated from the schema: what it demands must be there.
    let typed: serde_sarif::sarif::Sarif = serde_json::from_value(log.clone()).unwrap();
    assert_eq!(typed.runs[0].results.as_ref().map(Vec::len), Some(1));
    let result = &log["runs"][0]["results"][0];
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert!(result["ruleId"] == "detached_task" && rules[index]["id"] == "detached_task", "{result}");
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "src/lib.rs");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
}

#[test]
fn github_shows_annotations() {
    let run = Package::new("github", SPAWNS, &[]).check(&["--message-format", "github"]);
    let expected = "::error file=src/lib.rs,line=2,endLine=2,col=5,endColumn=17,title=detached_task::task is spawned without \
                    an owner and can outlive this function%0Ahelp: spawn it in a `TaskGroup`, which joins it\n";
    assert_eq!(run.out, expected);
}
