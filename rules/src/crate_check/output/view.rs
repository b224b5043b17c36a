//! The parts that the output formats share.

use std::path::Path;

use crate::crate_check::config::Level;
use crate::crate_check::diagnostic::Diagnostic;
use crate::crate_check::source::Problem;

/// The findings and problems to write.
#[derive(Clone, Copy)]
pub(crate) struct Output<'o> {
    pub(crate) diagnostics: &'o [Diagnostic],
    pub(crate) problems: &'o [Problem],
    /// The folder that paths are relative to.
    pub(crate) base: &'o Path,
    pub(crate) color: bool,
}

impl Output<'_> {
    pub(super) fn name(&self, file: &Path) -> String {
        file.strip_prefix(self.base).unwrap_or(file).to_string_lossy().replace('\\', "/")
    }

    pub(super) fn problem(&self, problem: &Problem) -> String {
        match &problem.file {
            Some(file) => {
                let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
                format!("could not check {}{line}: {}", self.name(file), problem.message)
            }
            None => format!("could not check: {}", problem.message),
        }
    }
}

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        _ => "warning",
    }
}

/// The note of a finding: the rule, and the comment that allows it.
pub(super) fn silence(rule: &str) -> String {
    format!("{rule} (silence with `// taskward: allow({rule})`)")
}
