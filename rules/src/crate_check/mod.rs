//! Applies the rules to a whole crate, for `cargo taskward check`.

mod assert;
mod attrs;
mod baseline;
pub(crate) mod calls;
mod cfg;
mod comments;
mod config;
mod crates;
mod diagnostic;
mod file;
mod functions;
mod index;
mod manifest;
mod output;
mod pages;
mod report;
mod source;
mod suggest;

use std::collections::BTreeSet;
use std::path::PathBuf;

pub use self::baseline::Baseline;
pub use self::config::Level;
pub use self::diagnostic::{Diagnostic, Position};
pub use self::file::check_source;
pub use self::output::Format;
pub use self::pages::page;
pub use self::report::Report;
pub use self::source::Problem;
pub use self::suggest::Suggestion;

use self::crates::Crates;
use self::manifest::{Selection, Workspace};
use self::source::normalized;

/// A check of all crates of a package or a workspace.
///
/// ```no_run
/// let report = taskward_rules::CrateCheck::new(env!("CARGO_MANIFEST_DIR")).run();
/// assert!(report.diagnostics.is_empty() && report.problems.is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct CrateCheck {
    path: PathBuf,
    selection: Selection,
    cfg: BTreeSet<String>,
}

impl CrateCheck {
    /// Checks the package or workspace of a folder or of a `Cargo.toml`, or the crate whose root
    /// file is `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), selection: Selection::default(), cfg: BTreeSet::new() }
    }

    /// Restricts the check to a member of a workspace.
    #[must_use]
    pub fn package(mut self, name: impl Into<String>) -> Self {
        self.selection.packages.push(name.into());
        self
    }

    /// Enables a feature.
    #[must_use]
    pub fn feature(mut self, name: impl Into<String>) -> Self {
        self.selection.features.push(name.into());
        self
    }

    /// Enables all features.
    #[must_use]
    pub fn all_features(mut self, yes: bool) -> Self {
        self.selection.all_features = yes;
        self
    }

    /// Disables the default features.
    #[must_use]
    pub fn no_default_features(mut self, yes: bool) -> Self {
        self.selection.no_default_features = yes;
        self
    }

    /// Includes tests: targets, `#[cfg(test)]` modules and `#[test]` functions.
    #[must_use]
    pub fn tests(self, yes: bool) -> Self {
        self.kind("test", yes)
    }

    /// Includes examples.
    #[must_use]
    pub fn examples(self, yes: bool) -> Self {
        self.kind("example", yes)
    }

    /// Includes benches.
    #[must_use]
    pub fn benches(self, yes: bool) -> Self {
        self.kind("bench", yes)
    }

    fn kind(mut self, kind: &'static str, yes: bool) -> Self {
        if yes {
            self.selection.kinds.insert(kind);
        } else {
            self.selection.kinds.remove(kind);
        }
        self
    }

    /// Sets a `--cfg` name.
    #[must_use]
    pub fn cfg(mut self, name: impl Into<String>) -> Self {
        self.cfg.insert(name.into());
        self
    }

    /// Runs the check.
    #[must_use]
    pub fn run(&self) -> Report {
        let mut report = Report::default();
        let Some(crates) = self.crates(&mut report) else { return report };
        let checked = crates.each_file(file::check);
        let mut seen = BTreeSet::new();
        for (diagnostics, problems) in checked {
            report.problems.extend(problems);
            // A file may be part of several targets.
            let is_new = |found: &Diagnostic| seen.insert((found.file.clone(), found.start, found.rule));
            report.diagnostics.extend(diagnostics.into_iter().filter(is_new));
        }
        report.diagnostics.sort_by(|a, b| (&a.file, a.start, a.rule).cmp(&(&b.file, b.start, b.rule)));
        report.problems.sort();
        report.problems.dedup();
        report
    }

    /// Returns the functions that need a context, callees first.
    #[must_use]
    pub fn suggest(&self) -> (Vec<Suggestion>, Vec<Problem>) {
        let mut report = Report::default();
        let Some(crates) = self.crates(&mut report) else { return (Vec::new(), report.problems) };
        let facts = crates.each_file(suggest::facts);
        (suggest::order(facts.into_iter().flatten().collect()), report.problems)
    }

    /// Finds the crates to check. If there are none, adds a problem to the report and returns
    /// `None`.
    fn crates(&self, report: &mut Report) -> Option<Crates> {
        let tests = self.selection.kinds.contains("test");
        let found = self.workspace().and_then(|workspace| {
            report.root = workspace.root;
            Crates::find(workspace.targets, &self.cfg, tests, report)
        });
        found.map_err(|problem| report.problems.push(problem)).ok()
    }

    fn workspace(&self) -> Result<Workspace, Problem> {
        let current = std::env::current_dir().map_err(|error| Problem::new(format!("no current folder: {error}")))?;
        let path = normalized(&current.join(&self.path));
        if path.extension().is_some_and(|extension| extension == "rs") && path.is_file() {
            let root = path.parent().unwrap_or(&current).to_owned();
            let features = self.selection.features.iter().cloned().collect();
            let target = manifest::Target { krate: "crate".to_owned(), root: path, folder: root.clone(), features };
            return Ok(Workspace { root, targets: vec![target] });
        }
        manifest::read(&path, &self.selection)
    }
}
