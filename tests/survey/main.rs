//! Runs the rules over the `async fn`s of other people's code, to be read for false alarms:
//!
//!     cargo run -p taskward-tests --example survey
//!
//! downloads a set of Tokio code bases (`corpus.rs`) and counts; paths as arguments are looked at instead. Every `async fn`
//! is treated as if `#[cancellable(allow(context_first))]` stood on it; with `--mains` as the first argument, each that has a
//! `main` attribute as if that were `#[taskward::main]`, and no other. The hits that were found to be false when they were
//! read are in `false_alarms.txt`.
#![allow(dead_code, unused_imports, reason = "of the pipeline, one attribute is used")]

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use self::attributes::Main;

include!("../macros.rs");
mod corpus;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<_> = env::args_os().skip(1).map(PathBuf::from).collect();
    let mains = paths.first().is_some_and(|first| first.as_os_str() == "--mains");
    paths.drain(..usize::from(mains));
    if paths.is_empty() {
        paths = corpus::fetch()?;
    }
    let mut survey =
        Survey { mains, known_false: corpus::false_alarms().map(str::to_owned).collect(), ..Survey::default() };
    for path in paths {
        // Hits are named from the crate's folder on.
        survey.base = path.parent().map(Path::to_owned).unwrap_or_default();
        survey.visit_path(&path)?;
    }
    println!("\n{} async functions\n\n{:24}{:>8}{:>8}", survey.functions, "rule", "hits", "false");
    for (rule, (hits, wrong)) in &survey.hits {
        println!("{rule:24}{hits:8}{wrong:8}");
    }
    let (hits, wrong) = survey.hits.values().fold((0, 0), |(hits, wrong), more| (hits + more.0, wrong + more.1));
    println!("{:24}{hits:8}{wrong:8}", "all");
    Ok(())
}

#[derive(Default)]
struct Survey {
    base: PathBuf,
    /// From `base`.
    file: PathBuf,
    lines: Vec<String>,
    functions: usize,
    /// Only these are looked at.
    mains: bool,
    /// How many of each rule, and how many of them are known to be false.
    hits: BTreeMap<String, (usize, usize)>,
    known_false: HashSet<String>,
}

impl Survey {
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
            self.visit_file(&file);
        }
        Ok(())
    }

    fn function(&mut self, attrs: &[syn::Attribute], sig: &syn::Signature, block: &syn::Block) {
        let is_main = attrs.iter().any(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "main"));
        if sig.asyncness.is_none() {
            return;
        }
        if self.mains && !is_main {
            return;
        }
        self.functions += 1;
        let item = quote::quote!(#sig #block);
        let expansion = if self.mains {
            pipeline::run::<Main>(TokenStream::new(), item)
        } else {
            stack::run(stack::Kind::Cancellable, "allow(context_first)".parse().unwrap_or_default(), item)
        };
        for (message, at) in errors(expansion) {
            let Some(rule) = message.lines().find_map(|line| line.strip_prefix("rule: ")) else { continue };
            let rule = rule.split(' ').next().unwrap_or(rule);
            let place = format!("{rule} {}:{at}", self.file.display());
            let hits = self.hits.entry(rule.to_owned()).or_default();
            hits.0 += 1;
            let known = if self.mains { format!("--mains {place}") } else { place.clone() };
            hits.1 += usize::from(self.known_false.contains(&known));
            let source = self.lines.get(at.wrapping_sub(1)).map_or("", |line| line.trim());
            println!("{place}: {source}");
        }
    }
}

impl<'a> Visit<'a> for Survey {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }
}

/// Message and line of each `compile_error!`.
fn errors(expansion: TokenStream) -> Vec<(String, usize)> {
    let tokens: Vec<_> = expansion.into_iter().collect();
    let found = tokens.windows(3).filter_map(|tokens| match tokens {
        [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Group(message)] if name == "compile_error" => {
            let text: syn::LitStr = syn::parse2(message.stream()).ok()?;
            Some((text.value(), name.span().start().line))
        }
        _ => None,
    });
    found.collect()
}
