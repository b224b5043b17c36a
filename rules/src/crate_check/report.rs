//! The result of a check.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::config::Level;
use super::diagnostic::Diagnostic;
use super::output::{self, Format, Output};
use super::source::Problem;

/// The findings of a check.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Violations of rules, sorted by file and line.
    pub diagnostics: Vec<Diagnostic>,
    /// Files that could not be checked, with the reasons.
    pub problems: Vec<Problem>,
    /// The number of files that were read.
    pub files: usize,
    /// The root of the workspace.
    pub root: PathBuf,
}

impl Report {
    /// Returns whether a rule at the level [`Deny`](Level::Deny) is violated.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.diagnostics.iter().any(|found| found.level == Level::Deny)
    }

    /// Writes the report. Paths below `base` are relative to it.
    ///
    /// # Errors
    ///
    /// Returns the errors of `to`.
    pub fn write(&self, format: Format, base: &Path, color: bool, to: &mut dyn Write) -> io::Result<()> {
        let (diagnostics, problems) = (&self.diagnostics[..], &self.problems[..]);
        output::write(&Output { diagnostics, problems, base, color }, format, to)
    }

    /// Panics unless the check passes.
    ///
    /// # Panics
    ///
    /// Panics if a rule at the level [`Deny`](Level::Deny) is violated, or if a file could not be
    /// checked.
    #[track_caller]
    pub fn assert_clean(&self) {
        if self.fails() || !self.problems.is_empty() {
            let mut text = Vec::new();
            let base = std::env::current_dir().unwrap_or_default();
            let written = self.write(Format::Human, &base, false, &mut text);
            assert!(written.is_ok());
            panic!("the rules of taskward are violated\n\n{}", String::from_utf8_lossy(&text));
        }
    }
}
