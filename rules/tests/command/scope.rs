use std::path::Path;

use crate::SPAWNS;
use crate::support::{Package, manifest};

#[test]
fn modules_are_found_where_rustc_finds_them() {
    let lib = "\
mod plain;
mod folder;
#[path = \"elsewhere/odd.rs\"]
mod odd;
mod inline {
    mod below;
    #[path = \"given.rs\"]
    mod given;
}
macro_rules! own { ($($item:item)*) => { $($item)* } }
own! { mod of_macro; mod not_there; }
";
    let files = [
        ("src/plain.rs", "mod child;\n"),
        ("src/plain/child.rs", SPAWNS),
        ("src/folder/mod.rs", "mod child;\n"),
        ("src/folder/child.rs", SPAWNS),
        ("src/elsewhere/odd.rs", SPAWNS),
        ("src/inline/below.rs", SPAWNS),
        ("src/inline/given.rs", SPAWNS),
        ("src/of_macro.rs", SPAWNS),
        ("src/never.rs", SPAWNS),
    ];
    let package = Package::new("modules", lib, &files);
    let expected = ["elsewhere/odd", "folder/child", "inline/below", "inline/given", "of_macro", "plain/child"];
    assert_eq!(package.findings(&[]), expected.map(|file| format!("detached_task src/{file}.rs:2")));
    assert_eq!(package.check(&[]).code, 1);
}

#[test]
fn conditions_hold_as_the_features_say() {
    let lib = format!(
        "#[cfg(feature = \"server\")]\nmod server;\n#[cfg(not(feature = \"server\"))]\nmod client;\n\
         #[cfg_attr(feature = \"odd\", path = \"other.rs\")]\nmod usual;\n\
         #[cfg(all(test, unix))]\nmod tests {{ {SPAWNS} }}\n"
    );
    let files = [("src/server.rs", SPAWNS), ("src/client.rs", SPAWNS), ("src/other.rs", SPAWNS), ("src/usual.rs", "")];
    let package = Package::new("conditions", &lib, &files);
    package
        .write("Cargo.toml", manifest("conditions", "[features]\nall = [\"server\", \"odd\"]\nserver = []\nodd = []"));
    let spawns = |file: &str| format!("detached_task src/{file}.rs:2");
    assert_eq!(package.findings(&[]), [spawns("client")]);
    assert_eq!(package.findings(&["--features", "all"]), [spawns("other"), spawns("server")]);
    assert_eq!(package.findings(&["--all-features"]), [spawns("other"), spawns("server")]);
    package.write("Cargo.toml", manifest("conditions", "[features]\ndefault = [\"server\"]\nserver = []\nodd = []"));
    assert_eq!(package.findings(&[]), [spawns("server")]);
    assert_eq!(package.findings(&["--no-default-features"]), [spawns("client")]);
    assert_eq!(package.findings(&["--no-default-features", "--tests"]).len(), 2);
}

#[test]
fn tests_and_examples_are_checked_on_demand() {
    let lib = "#[cfg(test)]\nmod tests {\n    #[tokio::test]\n    async fn spawns() {\n        tokio::spawn(work());\n    }\n}\n";
    let main = "fn main() {\n    demo();\n}\nfn demo() {\n    tokio::spawn(work());\n}\n";
    let files = [("tests/all.rs", SPAWNS), ("examples/demo.rs", main), ("src/main.rs", main)];
    let package = Package::new("targets", lib, &files);
    assert_eq!(package.findings(&[]), ["detached_task src/main.rs:5"]);
    let with_tests = ["detached_task src/lib.rs:5", "detached_task src/main.rs:5", "detached_task tests/all.rs:2"];
    assert_eq!(package.findings(&["--tests"]), with_tests);
    let with_examples = ["detached_task examples/demo.rs:5", "detached_task src/main.rs:5"];
    assert_eq!(package.findings(&["--examples"]), with_examples);
    assert_eq!(package.findings(&["--all-targets"]).len(), 4);
}

#[test]
fn all_members_of_a_workspace_or_the_named_one_are_checked() {
    let package = Package::empty("members");
    package.write("Cargo.toml", "[workspace]\nmembers = [\"one\", \"more/*\"]\nresolver = \"3\"\n");
    for member in ["one", "more/two", "more/three"] {
        let name = Path::new(member).file_name().unwrap().to_str().unwrap();
        let manifest = manifest(name, "").replace("[workspace]", "");
        package.write(&format!("{member}/Cargo.toml"), manifest);
        package.write(&format!("{member}/src/lib.rs"), SPAWNS);
    }
    let all = ["more/three", "more/two", "one"].map(|member| format!("detached_task {member}/src/lib.rs:2"));
    assert_eq!(package.findings(&[]), all);
    assert_eq!(package.findings(&["-p", "two"]), [all[1].clone()]);
    assert_eq!(package.findings(&["more/two"]), [all[1].clone()]);
    assert_eq!(package.findings(&["one/src/lib.rs"]), [all[2].clone()]);
}

#[test]
fn a_file_of_several_targets_is_reported_once() {
    let files = [("src/main.rs", "mod shared;\nfn main() {}\n"), ("src/shared.rs", SPAWNS)];
    let package = Package::new("shared", "mod shared;\n", &files);
    assert_eq!(package.findings(&[]), ["detached_task src/shared.rs:2"]);
}
