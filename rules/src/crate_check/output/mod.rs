//! How a report is written.

mod github;
mod human;
mod json;
mod sarif;

use std::io::{self, Write};
use std::path::Path;

use super::config::Level;
use super::diagnostic::Diagnostic;
use super::source::Problem;

/// A form of output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// As rustc prints errors.
    #[default]
    Human,
    /// One object a line, in rustc's schema.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub's workflows.
    Github,
}

/// What is written, and how.
#[derive(Clone, Copy)]
pub(crate) struct Output<'o> {
    pub(crate) diagnostics: &'o [Diagnostic],
    pub(crate) problems: &'o [Problem],
    /// Files are named from here on.
    pub(crate) base: &'o Path,
    pub(crate) color: bool,
}

impl Output<'_> {
    pub(crate) fn write(&self, format: Format, to: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Human => human::write(self, to),
            Format::Json => json::write(self, to),
            Format::Sarif => sarif::write(self, to),
            Format::Github => github::write(self, to),
        }
    }

    fn name(&self, file: &Path) -> String {
        file.strip_prefix(self.base).unwrap_or(file).to_string_lossy().replace('\\', "/")
    }

    fn problem(&self, problem: &Problem) -> String {
        match &problem.file {
            Some(file) => {
                let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
                format!("could not check {}{line}: {}", self.name(file), problem.message)
            }
            None => format!("could not check: {}", problem.message),
        }
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        _ => "warning",
    }
}

/// How a finding is allowed, as its last line says.
fn silence(rule: &str) -> String {
    format!("{rule} (silence with `// taskward: allow({rule})`)")
}
