//! A baseline: existing findings, which are not reported.
//!
//! A finding is identified by its rule, its file, its function and the text of its lines, so that
//! it is recognised if other lines move.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::diagnostic::Diagnostic;

/// The version of the format.
const VERSION: u64 = 1;

/// Rule, file, function and text of the lines.
type Key = (String, String, String, String);

/// Existing findings, with a count of each.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    counts: BTreeMap<Key, usize>,
}

impl Baseline {
    /// Records the findings; paths are relative to `root`.
    #[must_use]
    pub fn of(diagnostics: &[Diagnostic], root: &Path) -> Self {
        let mut counts = BTreeMap::new();
        for diagnostic in diagnostics {
            *counts.entry(key(diagnostic, root)).or_default() += 1;
        }
        Self { counts }
    }

    /// Reads a baseline file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, is not a baseline, or has another version.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
        let value: Value = serde_json::from_str(&text).map_err(|error| format!("not a baseline: {error}"))?;
        match value["version"].as_u64() {
            Some(VERSION) => {}
            Some(other) => {
                return Err(format!(
                    "the baseline has version {other}, and this `cargo taskward` reads version {VERSION}: delete it and run `--update-baseline`"
                ));
            }
            None => return Err("not a baseline: it has no version".to_owned()),
        }
        let findings = value["findings"].as_array().ok_or("not a baseline: it has no findings")?;
        let mut counts = BTreeMap::new();
        for finding in findings {
            let [Some(rule), Some(path), Some(function), Some(text)] =
                ["rule", "file", "function", "text"].map(|name| finding[name].as_str().map(str::to_owned))
            else {
                return Err(format!("not a finding of a baseline: {finding}"));
            };
            let count = finding["count"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(1);
            *counts.entry((rule, path, function, text)).or_default() += count;
        }
        Ok(Self { counts })
    }

    /// Writes a baseline file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let findings: Vec<_> = self
            .counts
            .iter()
            .map(|((rule, path, function, text), count)| {
                json!({ "rule": rule, "file": path, "function": function, "text": text, "count": count })
            })
            .collect();
        let value = json!({ "version": VERSION, "findings": findings });
        fs::write(file, format!("{value:#}\n"))
    }

    /// Removes the recorded findings. Returns the number of recorded findings that no longer
    /// exist.
    pub fn subtract(&self, diagnostics: &mut Vec<Diagnostic>, root: &Path) -> usize {
        let mut left = self.counts.clone();
        diagnostics.retain(|diagnostic| match left.get_mut(&key(diagnostic, root)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        left.values().sum()
    }

    /// The number of findings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.values().sum()
    }

    /// Returns whether the baseline is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

fn key(diagnostic: &Diagnostic, root: &Path) -> Key {
    let file = diagnostic.file.strip_prefix(root).unwrap_or(&diagnostic.file);
    let file = file.to_string_lossy().replace('\\', "/");
    let text = diagnostic.lines.split_whitespace().collect::<Vec<_>>().join(" ");
    (diagnostic.rule.to_owned(), file, diagnostic.function.clone(), text)
}
