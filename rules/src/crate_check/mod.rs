//! The rules on a whole crate: what `cargo taskward check` does.

mod attrs;
mod baseline;
pub(crate) mod calls;
mod cfg;
mod comments;
mod config;
mod diagnostic;
mod file;
mod index;
mod manifest;
mod output;
mod source;
pub(crate) mod suggest;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::ThreadPool;
use rayon::prelude::*;

pub use self::baseline::Baseline;
pub use self::config::Level;
pub use self::diagnostic::{Diagnostic, Position};
pub use self::output::Format;
pub use self::source::Problem;
pub use self::suggest::Suggestion;

use self::cfg::Cfg;
use self::config::Config;
use self::file::Scope;
use self::index::Index;
use self::manifest::{Selection, Workspace};
use self::output::Output;
use self::source::{Found, Source, find, normalized, parse_text};

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

/// What a check has found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Violations of rules, by file and line.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be checked.
    pub problems: Vec<Problem>,
    /// The number of files that were read.
    pub files: usize,
    /// The root of the workspace.
    pub root: PathBuf,
}

impl Report {
    /// Whether a rule at the level [`Deny`](Level::Deny) is violated.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.diagnostics.iter().any(|found| found.level == Level::Deny)
    }

    /// Writes the report. Files are named from `base` on, where they are below it.
    ///
    /// # Errors
    ///
    /// Those of `to`.
    pub fn write(&self, format: Format, base: &Path, color: bool, to: &mut dyn Write) -> io::Result<()> {
        let (diagnostics, problems) = (&self.diagnostics[..], &self.problems[..]);
        Output { diagnostics, problems, base, color }.write(format, to)
    }

    /// Panics unless the check passes.
    ///
    /// # Panics
    ///
    /// A rule at the level [`Deny`](Level::Deny) is violated, or a file could not be checked.
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

/// Generated code nests deeply, and the parser is recursive.
const STACK: usize = 256 << 20;

impl CrateCheck {
    /// Checks the package or the workspace in a folder, or of a `Cargo.toml`; or the crate whose root is an `.rs` file.
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
        let checked = crates.pool.install(|| crates.each_file(file::check));
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
        let facts = crates.pool.install(|| crates.each_file(suggest::facts));
        (suggest::order(facts.into_iter().flatten().collect()), report.problems)
    }

    fn crates(&self, report: &mut Report) -> Option<Crates> {
        let workspace = match self.workspace() {
            Ok(workspace) => workspace,
            Err(problem) => {
                report.problems.push(problem);
                return None;
            }
        };
        let pool = match rayon::ThreadPoolBuilder::new().stack_size(STACK).build() {
            Ok(pool) => pool,
            Err(error) => {
                report.problems.push(Problem::new(format!("no threads: {error}")));
                return None;
            }
        };
        report.root.clone_from(&workspace.root);
        let tests = self.selection.kinds.contains("test");
        let mut crates = Crates { pool, index: Index::default(), targets: Vec::new(), tests };
        let mut files = BTreeSet::new();
        for target in workspace.targets {
            let mut names = self.cfg.clone();
            names.extend(tests.then(|| "test".to_owned()));
            let cfg = Cfg { features: target.features, names };
            let Found { mut sources, index, problems } =
                crates.pool.install(|| find(&target.root, &target.krate, &cfg));
            let config = Config::find(&target.folder, &mut report.problems);
            sources.retain(|source| !config.excludes(&source.path));
            files.extend(sources.iter().map(|source| source.path.clone()));
            report.problems.extend(
                problems.into_iter().filter(|problem| !problem.file.as_ref().is_some_and(|file| config.excludes(file))),
            );
            crates.index.extend(index);
            crates.targets.push((target.krate, cfg, config, sources));
        }
        report.files = files.len();
        Some(crates)
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

/// Crates whose files have been found.
struct Crates {
    pool: ThreadPool,
    index: Index,
    targets: Vec<(String, Cfg, Config, Vec<Source>)>,
    tests: bool,
}

impl Crates {
    fn each_file<T: Send>(&self, check: impl Fn(&Source, &Scope<'_>) -> T + Sync) -> Vec<T> {
        let of_target = |(krate, cfg, config, sources): &(String, Cfg, Config, Vec<Source>)| {
            let scope = Scope { index: &self.index, krate, cfg, config, tests: self.tests };
            sources.par_iter().map(|source| check(source, &scope)).collect::<Vec<_>>()
        };
        self.targets.iter().flat_map(of_target).collect()
    }
}

/// Checks a text, as if it were a crate of one file.
///
/// # Errors
///
/// The text does not parse, or allows a rule that does not exist.
pub fn check_source(text: &str) -> Result<Vec<Diagnostic>, Problem> {
    let path = Path::new("source.rs");
    let of = |(line, message)| Problem::at(path, Some(line), message);
    let cfg = Cfg::default();
    let mut index = Index::default();
    let mut parsed = parse_text(text).map_err(of)?;
    cfg.prune(&mut parsed);
    index::collect(&parsed, "crate", &[], &mut index);
    let source = Source { path: path.to_owned(), module: Vec::new() };
    let scope = Scope { index: &index, krate: "crate", cfg: &cfg, config: &Config::default(), tests: false };
    let (diagnostics, problems) = file::check_parsed(text, &mut parsed, &source, &scope);
    problems.into_iter().next().map_or(Ok(diagnostics), Err)
}
