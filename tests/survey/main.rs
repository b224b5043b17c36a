//! Runs the rules over the `async fn`s of other people's code, to be read for false alarms:
//!
//!     cargo run -p taskward-tests --example survey -- PATH...
//!
//! Every `async fn` below the paths is treated as if `#[cancellable(allow(context_first))]` stood on it.
#![allow(dead_code, unused_imports, reason = "of the pipeline, one attribute is used")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use self::attributes::Cancellable;

include!("../macros.rs");

fn main() {
    let mut survey = Survey::default();
    for path in env::args_os().skip(1) {
        survey.visit_path(Path::new(&path));
    }
    println!("\n{} async functions, {} hits", survey.functions, survey.hits.values().sum::<usize>());
    for (rule, hits) in &survey.hits {
        println!("{hits:6} {rule}");
    }
}

#[derive(Default)]
struct Survey {
    file: PathBuf,
    lines: Vec<String>,
    functions: usize,
    hits: BTreeMap<String, usize>,
}

impl Survey {
    fn visit_path(&mut self, path: &Path) {
        if path.is_dir() {
            let mut entries: Vec<_> =
                fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
            entries.sort();
            for entry in entries {
                self.visit_path(&entry);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Ok(text) = fs::read_to_string(path)
            && let Ok(file) = syn::parse_file(&text)
        {
            path.clone_into(&mut self.file);
            self.lines = text.lines().map(str::to_owned).collect();
            self.visit_file(&file);
        }
    }

    fn function(&mut self, sig: &syn::Signature, block: &syn::Block) {
        if sig.asyncness.is_none() {
            return;
        }
        self.functions += 1;
        let args = "allow(context_first)".parse().unwrap_or_default();
        let expansion = pipeline::run::<Cancellable>(args, quote::quote!(#sig #block));
        for (message, at) in errors(expansion) {
            let Some(rule) = message.lines().find_map(|line| line.strip_prefix("rule: ")) else { continue };
            let rule = rule.split(' ').next().unwrap_or(rule);
            *self.hits.entry(rule.to_owned()).or_default() += 1;
            let source = self.lines.get(at.wrapping_sub(1)).map_or("", |line| line.trim());
            println!("{rule}: {}:{at}: {source}", self.file.display());
        }
    }
}

impl<'a> Visit<'a> for Survey {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
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
