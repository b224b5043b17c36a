use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::SPAWNS;
use crate::support::Package;

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The error that rustc itself prints.
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
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(1));
    let result = &log["runs"][0]["results"][0];
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert!(result["ruleId"] == "detached_task" && rules[index]["id"] == "detached_task", "{result}");
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "src/lib.rs");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
}

/// The schema is published by OASIS.
#[test]
fn sarif_is_valid_by_its_schema() {
    // One pattern of the schema contains an unescaped bracket, which not all regular expression
    // parsers accept.
    let schema = include_str!("sarif-2.1.0.json").replace("{2}]?$", r"{2}\\]?$");
    let schema = serde_json::from_str(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let valid = |lib: &str| {
        let files = [("src/broken.rs", "fn f() {\n    let = 1;\n}\n"), ("src/ä b.rs", SPAWNS)];
        let run = Package::new("valid", lib, &files).check(&["--message-format", "sarif"]);
        let log: Value = serde_json::from_str(&run.out).unwrap();
        let errors: Vec<_> = schema.iter_errors(&log).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        log
    };
    let clean = valid("");
    assert_eq!(clean["runs"][0]["invocations"][0]["executionSuccessful"], true);
    let log = valid(&format!("mod broken;\n#[path = \"ä b.rs\"]\nmod odd;\n{SPAWNS}"));
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(2));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
    let mut wrong = log;
    wrong["runs"][0]["results"][0]["level"] = "severe".into();
    assert!(!schema.is_valid(&wrong));
}

#[test]
fn github_shows_annotations() {
    let run = Package::new("github", SPAWNS, &[]).check(&["--message-format", "github"]);
    let expected = "::error file=src/lib.rs,line=2,endLine=2,col=5,endColumn=17,title=detached_task::task is spawned without \
                    an owner and can outlive this function%0Ahelp: spawn it in a `TaskGroup`, which joins it\n";
    assert_eq!(run.out, expected);
}
