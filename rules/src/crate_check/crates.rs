//! The crates to check: their targets, the files of each target, and an index of all.

use std::collections::BTreeSet;

use rayon::ThreadPool;
use rayon::prelude::*;

use super::cfg::Cfg;
use super::config::Config;
use super::functions::Scope;
use super::index::Index;
use super::manifest::Target;
use super::report::Report;
use super::source::{Found, Problem, Source, find};

/// Generated code can nest deeply, and the parser is recursive.
const STACK: usize = 256 << 20;

/// The crates to check, with their files.
pub(crate) struct Crates {
    pool: ThreadPool,
    index: Index,
    targets: Vec<Checked>,
    tests: bool,
}

/// A target with its files.
struct Checked {
    krate: String,
    cfg: Cfg,
    config: Config,
    sources: Vec<Source>,
}

impl Crates {
    /// Finds the files of `targets`. `names` are the `--cfg` names that hold; with `tests`, `test`
    /// holds too.
    pub(crate) fn find(
        targets: Vec<Target>,
        names: &BTreeSet<String>,
        tests: bool,
        report: &mut Report,
    ) -> Result<Self, Problem> {
        let pool = rayon::ThreadPoolBuilder::new()
            .stack_size(STACK)
            .build()
            .map_err(|error| Problem::new(format!("no threads: {error}")))?;
        let mut crates = Self { pool, index: Index::default(), targets: Vec::new(), tests };
        let mut files = BTreeSet::new();
        for Target { krate, root, folder, features } in targets {
            let mut names = names.clone();
            names.extend(tests.then(|| "test".to_owned()));
            let cfg = Cfg { features, names };
            let Found { mut sources, index, problems } = crates.pool.install(|| find(&root, &krate, &cfg));
            let config = Config::find(&folder, &mut report.problems);
            sources.retain(|source| !config.excludes(&source.path));
            files.extend(sources.iter().map(|source| source.path.clone()));
            let is_excluded = |problem: &Problem| problem.file.as_ref().is_some_and(|file| config.excludes(file));
            report.problems.extend(problems.into_iter().filter(|problem| !is_excluded(problem)));
            crates.index.extend(index);
            crates.targets.push(Checked { krate, cfg, config, sources });
        }
        report.files = files.len();
        Ok(crates)
    }

    /// Calls `check` for each file of each target, in parallel.
    pub(crate) fn each_file<T: Send>(&self, check: impl Fn(&Source, &Scope<'_>) -> T + Sync) -> Vec<T> {
        let of_target = |Checked { krate, cfg, config, sources }: &Checked| {
            let scope = Scope { index: &self.index, krate, cfg, config, tests: self.tests };
            sources.par_iter().map(|source| check(source, &scope)).collect::<Vec<_>>()
        };
        self.pool.install(|| self.targets.iter().flat_map(of_target).collect())
    }
}
