//! Applies the rules to other projects' code, to look for false alarms:
//!
//!     cargo run --release -p taskward-rules --example survey
//!
//! downloads a set of Tokio code bases (`corpus.rs`) and checks every `async fn` as if it were
//! `#[cancellable]`. With `--mains` as the first argument, it checks only functions with a `main`
//! attribute, as if that were `#[taskward::main]`. `--crates` checks whole crates that use
//! cancellation tokens, like `cargo taskward check`; `--million` measures that on a million lines.
//! Further arguments are paths to check instead. `false_alarms.txt` lists the hits that we found
//! to be wrong.

mod corpus;
mod million;

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use taskward_rules::{CrateCheck, Function, Module, Role};

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<_> = env::args_os().skip(1).map(PathBuf::from).collect();
    let mode =
        paths.first().and_then(|first| first.to_str()).filter(|first| first.starts_with("--")).map(str::to_owned);
    paths.drain(..usize::from(mode.is_some()));
    if mode.as_deref() == Some("--million") {
        return million::check();
    }
    let crates = mode.as_deref() == Some("--crates");
    if paths.is_empty() {
        paths = corpus::fetch(if crates { &corpus::WITH_TOKENS } else { &corpus::CRATES })?;
    }
    let known_false = corpus::false_alarms().map(str::to_owned).collect();
    let mut survey = Survey { mains: mode.as_deref() == Some("--mains"), known_false, ..Survey::default() };
    for path in paths {
        // Paths of hits are relative to the crate's parent folder.
        survey.base = path.parent().map(Path::to_owned).unwrap_or_default();
        if crates { survey.check(&path)? } else { survey.visit_path(&path)? }
    }
    survey.print();
    Ok(())
}

#[derive(Default)]
struct Survey {
    base: PathBuf,
    /// Relative to `base`.
    file: PathBuf,
    lines: Vec<String>,
    functions: usize,
    /// `true` to check only `main` functions.
    mains: bool,
    /// The number of hits of each rule, and of known false ones.
    hits: BTreeMap<String, (usize, usize)>,
    known_false: HashSet<String>,
}

impl Survey {
    /// Checks a whole crate.
    fn check(&mut self, path: &Path) -> Result<(), Box<dyn Error>> {
        let report = CrateCheck::new(path).all_features(true).tests(true).examples(true).benches(true).run();
        for problem in report.problems {
            println!("not checked: {problem:?}");
        }
        self.functions += report.files;
        for found in report.diagnostics {
            found.file.strip_prefix(&self.base)?.clone_into(&mut self.file);
            self.hit(found.rule, found.start.line, found.lines.lines().next().unwrap_or_default());
        }
        Ok(())
    }

    fn visit_path(&mut self, path: &Path) -> Result<(), Box<dyn Error>> {
        if path.is_dir() {
            let mut entries: Vec<_> = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
            entries.sort();
            for entry in entries {
                self.visit_path(&entry)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Ok(text) = fs::read_to_string(path)
            && let Ok(file) = syn::parse_file(&text)
        {
            path.strip_prefix(&self.base)?.clone_into(&mut self.file);
            self.lines = text.lines().map(str::to_owned).collect();
            let module = Module::of(&file.items);
            Functions { survey: self, module: &module }.visit_file(&file);
        }
        Ok(())
    }

    fn function(&mut self, module: &Module<'_>, attrs: &[syn::Attribute], sig: &syn::Signature, block: &syn::Block) {
        let is_main = attrs.iter().any(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "main"));
        if sig.asyncness.is_none() || self.mains && !is_main {
            return;
        }
        self.functions += 1;
        let role = if self.mains { Role::Main } else { Role::Interrupted };
        let function = Function::new(sig).role(role);
        for finding in taskward_rules::check(&function, block.clone(), Some(module), |_| true) {
            let line = finding.at.span().start().line;
            let source = self.lines.get(line.wrapping_sub(1)).cloned().unwrap_or_default();
            self.hit(finding.rule, line, &source);
        }
    }

    fn hit(&mut self, rule: &str, line: usize, source: &str) {
        let place = format!("{rule} {}:{line}", self.file.display());
        let hits = self.hits.entry(rule.to_owned()).or_default();
        hits.0 += 1;
        let known = if self.mains { format!("--mains {place}") } else { place.clone() };
        hits.1 += usize::from(self.known_false.contains(&known));
        println!("{place}: {}", source.trim());
    }

    fn print(&self) {
        println!("\n{} functions or files\n\n{:24}{:>8}{:>8}", self.functions, "rule", "hits", "false");
        for (rule, (hits, wrong)) in &self.hits {
            println!("{rule:24}{hits:8}{wrong:8}");
        }
        let (hits, wrong) = self.hits.values().fold((0, 0), |(hits, wrong), more| (hits + more.0, wrong + more.1));
        println!("{:24}{hits:8}{wrong:8}", "all");
    }
}

struct Functions<'s, 'm> {
    survey: &'s mut Survey,
    module: &'s Module<'m>,
}

impl<'a> Visit<'a> for Functions<'_, '_> {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if let Some((_, items)) = &item.content {
            let module = Module::of(items);
            let mut inner = Functions { survey: self.survey, module: &module };
            for item in items {
                inner.visit_item(item);
            }
        }
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.survey.function(self.module, &item.attrs, &item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.survey.function(self.module, &item.attrs, &item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }
}
