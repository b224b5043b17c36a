//! Generated crates, and the output of the command for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A package in a temporary folder.
pub(crate) struct Package {
    pub(crate) folder: PathBuf,
}

impl Package {
    /// Makes a package with `src/lib.rs` and other files.
    pub(crate) fn new(name: &str, lib: &str, files: &[(&str, &str)]) -> Self {
        let package = Self::empty(name);
        package.write("Cargo.toml", manifest(name, ""));
        package.write("src/lib.rs", lib);
        for (file, text) in files {
            package.write(file, text);
        }
        package
    }

    pub(crate) fn empty(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    pub(crate) fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs `cargo taskward check` in the folder.
    pub(crate) fn check(&self, args: &[&str]) -> Run {
        self.run(&[&["check"], args].concat())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let output = self.command().arg("taskward").args(args).output().unwrap();
        Run::of(output)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-taskward"));
        command.current_dir(&self.folder);
        command
    }

    /// The findings as `rule file:line`.
    pub(crate) fn findings(&self, args: &[&str]) -> Vec<String> {
        let run = self.check(&[&["--message-format", "json"], args].concat());
        run.json().iter().filter_map(finding).collect()
    }
}

pub(crate) fn manifest(name: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{more}\n\n[workspace]\n")
}

fn finding(message: &Value) -> Option<String> {
    let rule = message["code"]["code"].as_str()?;
    let span = &message["spans"][0];
    Some(format!("{rule} {}:{}", span["file_name"].as_str()?, span["line_start"]))
}

pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The output as one JSON object per line.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
