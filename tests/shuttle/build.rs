//! Copies the bugs of `tests/proof` for shuttle, with its types in the place of those of `std` and
//! Tokio, and for taskward, with the strategy and the seed of a run.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let proof = Path::new("../proof");
    println!("cargo:rerun-if-changed={}", proof.display());
    println!("cargo:rerun-if-changed=bugs");
    let (mut bugs, mut modules) = (String::new(), String::new());
    let mut table = fs::read_to_string(proof.join("table.rs")).unwrap();
    // A bug that taskward cannot find.
    table += "NO_DELAY within 0: threads::load_and_store, \"load and store of an atomic\", \"\";";
    // `ONE_DELAY within 100: schedules::abba, "ABBA deadlock", "…";`
    for line in table.lines().filter(|line| line.contains(" within ") && line.contains("::") && !line.contains('$')) {
        let (_, line) = line.split_once(": ").unwrap();
        let (path, title) = line.split_once(", ").unwrap();
        let (kind, module) = path.split_once("::").unwrap();
        let title = title.split('"').nth(1).unwrap();
        let folder = if kind == "threads" { PathBuf::from("bugs") } else { proof.join(kind) };
        let text = fs::read_to_string(folder.join(module).with_extension("rs")).unwrap();
        let (_, expected) = text.split_once("should_panic(expected = \"").unwrap();
        let (expected, _) = expected.split_once('"').unwrap();
        let (attribute, strategies): (_, &[_]) = match kind {
            "drops" => ("cancel_test", &["cancel"]),
            _ => ("race_test", &["delays", "pct"]),
        };
        write("shuttle", module, &for_shuttle(&text));
        write!(modules, "pub mod {module} {{ pub mod shuttle {{ {} }}", include("shuttle", module)).unwrap();
        for strategy in strategies {
            write(strategy, module, &for_taskward(&text, strategy));
            write!(modules, "pub mod {strategy} {{ {} }}", include(strategy, module)).unwrap();
        }
        writeln!(modules, "}}").unwrap();
        writeln!(bugs, "bug!({attribute} {module}, {title:?}, {expected:?}),").unwrap();
    }
    let out = env::var("OUT_DIR").unwrap();
    fs::write(format!("{out}/modules.rs"), modules).unwrap();
    fs::write(format!("{out}/bugs.rs"), format!("&[\n{bugs}]\n")).unwrap();
}

fn include(folder: &str, name: &str) -> String {
    format!("include!(concat!(env!(\"OUT_DIR\"), \"/{folder}_{name}.rs\"));")
}

fn write(folder: &str, name: &str, text: &str) {
    // `include!` takes no documentation of a module.
    let lines = text.lines().filter(|line| !line.starts_with("//!"));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    fs::write(format!("{}/{folder}_{name}.rs", env::var("OUT_DIR").unwrap()), text).unwrap();
}

/// Replaces types by those of shuttle, and removes the attributes.
fn for_shuttle(text: &str) -> String {
    let attributes = ["#[race_test", "#[cancel_test", "#[should_panic", "use taskward::"];
    let lines = text.lines().filter(|line| !attributes.iter().any(|start| line.starts_with(start)));
    let mut text: String = lines.map(|line| format!("{line}\n")).collect();
    text = text.replace("tokio::", "shuttle_tokio::").replace("std::sync::", "shuttle::sync::");
    text = text.replace("\nasync fn repaired", "\npub(crate) async fn repaired");
    text + "#[allow(unused_imports)] use crate::port::*;\n"
}

/// Lets the runner set the seed.
fn for_taskward(text: &str, strategy: &str) -> String {
    let chosen = match strategy {
        "pct" => "#[race_test(pct = 3, runs = crate::MOST_RUNS, seed = crate::seed())]",
        "delays" => "#[race_test(runs = crate::MOST_RUNS, seed = crate::seed())]",
        _ => return text.to_owned(),
    };
    let lines = text.lines().map(|line| if line.starts_with("#[race_test(") { chosen } else { line });
    lines.map(|line| format!("{line}\n")).collect()
}
