//! The rules on a whole crate: what `cargo taskward check` does.

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
    /// Checks the package or the workspace in a folder, or of a `Cargo.toml`; or the crate whose
    /// root is an `.rs` file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), selection: Selection::default(), cfg: BTreeSet::new() }
    }

    /// Checks this member of a workspace only.
    #[must_use]
    pub fn package(mut self, name: impl Into<String>) -> Self {
        self.selection.packages.push(name.into());
        self
    }

    /// Turns a feature on.
    #[must_use]
    pub fn feature(mut self, name: impl Into<String>) -> Self {
        self.selection.features.push(name.into());
        self
    }

    /// Turns all features on.
    #[must_use]
    pub fn all_features(mut self, yes: bool) -> Self {
        self.selection.all_features = yes;
        self
    }

    /// Leaves the default features off.
    #[must_use]
    pub fn no_default_features(mut self, yes: bool) -> Self {
        self.selection.no_default_features = yes;
        self
    }

    /// Checks tests, too: targets, `#[cfg(test)]` modules and `#[test]` functions.
    #[must_use]
    pub fn tests(self, yes: bool) -> Self {
        self.kind("test", yes)
    }

    /// Checks examples, too.
    #[must_use]
    pub fn examples(self, yes: bool) -> Self {
        self.kind("example", yes)
    }

    /// Checks benches, too.
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

    /// Says which functions would need a context, leaves first.
    #[must_use]
    pub fn suggest(&self) -> (Vec<Suggestion>, Vec<Problem>) {
        let mut report = Report::default();
        let Some(crates) = self.crates(&mut report) else { return (Vec::new(), report.problems) };
        let facts = crates.each_file(suggest::facts);
        (suggest::order(facts.into_iter().flatten().collect()), report.problems)
    }

    /// The crates to check; `None`, and a problem in the report, if there are none.
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
