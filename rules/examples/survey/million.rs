//! A workspace of a million lines: the crates of the survey and their dependencies.

use std::error::Error;
use std::path::Path;
use std::time::Instant;
use std::{fs, io};

use taskward_rules::CrateCheck;

use crate::corpus;

const LINES: usize = 1_000_000;

/// Checks the workspace, and prints the time and the memory.
pub(crate) fn check() -> Result<(), Box<dyn Error>> {
    let root = corpus::target("survey-million");
    let mut lines = 0;
    for (name, folder) in corpus::fetch_all(&corpus::CRATES)? {
        if lines < LINES {
            lines += copy(&folder, &root.join(name))?;
        }
    }
    fs::write(root.join("Cargo.toml"), "[workspace]\nmembers = [\"*\"]\nresolver = \"3\"\n")?;
    let start = Instant::now();
    let report = CrateCheck::new(&root).all_features(true).tests(true).examples(true).benches(true).run();
    let seconds = start.elapsed().as_secs_f64();
    for problem in report.problems.iter().take(5) {
        println!("not checked: {problem:?}");
    }
    println!("{} findings in {} files, of {lines} lines, in {seconds:.1} s", report.diagnostics.len(), report.files);
    println!("{} problems; peak memory: {}", report.problems.len(), peak_memory());
    Ok(())
}

/// Copies the manifest and the Rust files of a package. Returns the number of lines.
fn copy(from: &Path, to: &Path) -> io::Result<usize> {
    let mut lines = 0;
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let copied = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            lines += copy(&path, &copied)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read(&path)?;
            lines += text.split(|byte| *byte == b'\n').count() - 1;
            fs::write(copied, text)?;
        } else if path.file_name().is_some_and(|name| name == "Cargo.toml") {
            fs::copy(&path, copied)?;
        }
    }
    Ok(lines)
}

/// The peak memory that Linux reports.
fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or_else(|| "unknown".to_owned(), |peak| peak.trim().to_owned())
}
