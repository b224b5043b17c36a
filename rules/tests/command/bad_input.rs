use std::fmt::Write as _;
use std::io::Read;
use std::process::Stdio;

use crate::SPAWNS;
use crate::support::{Package, manifest};

#[test]
fn files_that_cannot_be_read_are_named_and_the_rest_is_checked() {
    let lib = format!("mod bytes;\nmod broken;\nmod missing;\n{SPAWNS}");
    let package = Package::new("unreadable", &lib, &[("src/broken.rs", "fn f() {\n    let = 1;\n}\n")]);
    package.write("src/bytes.rs", b"// \xff\xfe\n");
    let run = package.check(&["--color", "never"]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("error[detached_task]"), "{}", run.out);
    assert!(run.out.contains("error: could not check src/bytes.rs: the file is not UTF-8"), "{}", run.out);
    assert!(run.out.contains("error: could not check src/broken.rs:2: the file does not parse"), "{}", run.out);
    assert!(run.out.contains("could not check src/missing.rs: the file cannot be read"), "{}", run.out);
    let message = &package.check(&["--message-format", "json"]).json()[1];
    assert!(message["level"] == "error" && message["code"].is_null(), "{message}");
}

#[test]
fn a_circle_of_modules_is_an_error() {
    let cycle = "#[path = \"cycle.rs\"]\nmod again;\n";
    let package = Package::new("cycle", "mod cycle;\n", &[("src/cycle.rs", cycle)]);
    let run = package.check(&[]);
    assert!(run.code == 2 && run.out.contains("a cycle of `mod` declarations"), "{}", run.out);
}

#[test]
fn code_that_nests_too_deeply_is_an_error() {
    let deep = format!("pub fn f() -> u8 {{ {}1{} }}\n", "(".repeat(100_000), ")".repeat(100_000));
    let run = Package::new("deep", &deep, &[]).check(&[]);
    assert!(run.code == 2 && run.out.contains("brackets are open at once"), "{}", run.out);
}

#[test]
fn generated_code_of_a_hundred_thousand_lines_is_checked() {
    let mut text = String::from("pub fn numbers() -> u64 {\n    0\n");
    for n in 0..50_000 {
        writeln!(text, "    + {n}").unwrap();
    }
    text.push_str("}\n");
    for n in 0..25_000 {
        writeln!(text, "pub async fn f{n}() {{ g().await; }}\n").unwrap();
    }
    text.push_str(SPAWNS);
    let run = Package::new("generated", &text, &[]).check(&[]);
    assert!(run.code == 1 && run.out.contains("1 finding in 1 file"), "{} {}", run.code, run.err);
}

#[test]
fn there_must_be_something_to_check() {
    let package = Package::empty("nothing");
    let run = package.check(&[]);
    assert!(run.code == 2 && run.out.contains("name a folder with a `Cargo.toml`"), "{}", run.out);
    package.write("Cargo.toml", "[workspace]\nmembers = []\n");
    let run = package.check(&[]);
    assert!(run.code == 2 && run.out.contains("the workspace has no members"), "{}", run.out);
    package.write("Cargo.toml", "[package\n");
    assert_eq!(package.check(&[]).code, 2);
    package.write("Cargo.toml", manifest("nothing", ""));
    package.write("src/lib.rs", "");
    let run = package.check(&["-p", "another"]);
    assert!(run.code == 2 && run.out.contains("no package `another`"), "{}", run.out);
}

#[test]
fn a_closed_output_is_no_panic() {
    let many = SPAWNS.repeat(2_000);
    let package = Package::new("broken_pipe", &many, &[]);
    let mut child =
        package.command().args(["taskward", "check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut error = String::new();
    child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    assert_eq!((child.wait().unwrap().code(), error.as_str()), (Some(1), ""));
}
