//! The order for converting a crate: the functions that need a context, callees first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use quote::ToTokens;
use syn::Signature;

use super::functions::{Scope, Seen, each_function};
use super::source::Source;
use crate::engine::function::Role;
use crate::walk::happens::happens_in_block;
use crate::walk::place::each_expr;
use crate::walk::syntax::is_await;

/// A function that needs a context.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Suggestion {
    /// The full path of the function.
    pub path: String,
    /// The file.
    pub file: PathBuf,
    /// The line of its signature.
    pub line: usize,
    /// The missing annotation and parameter; empty if nothing is missing.
    pub needs: String,
    /// The waiting functions of the crate that the function calls; convert these first.
    pub calls: Vec<String>,
    /// The functions that have to pass a context.
    pub callers: Vec<String>,
    /// The depth in the call graph: 0 without such callees, else one more than the deepest callee.
    pub level: usize,
    /// `true` if the function calls itself, directly or through others.
    pub is_circular: bool,
}

/// A function that waits.
pub(crate) struct Fact {
    path: Vec<String>,
    file: PathBuf,
    line: usize,
    needs: String,
    calls: BTreeSet<Vec<String>>,
}

/// Collects the waiting functions of a file.
pub(crate) fn facts(source: &Source, scope: &Scope<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    each_function(source, scope, &mut |seen: &Seen<'_>| {
        if !seen.code.is_async || seen.is_test || !happens_in_block(seen.code.block, is_await) {
            return;
        }
        let mut calls = BTreeSet::new();
        each_expr(seen.code.block, &mut |expr, _| {
            calls.extend(
                seen.calls.callee(&seen.code, expr).filter(|callee| callee.facts.is_async).map(|callee| callee.path),
            );
        });
        let of = seen.calls.of.map(str::to_owned);
        let path = [seen.calls.module.to_vec(), of.into_iter().collect(), vec![seen.sig.ident.to_string()]].concat();
        calls.remove(&path);
        let line = seen.sig.fn_token.span.start().line;
        facts.push(Fact { path, file: source.path.clone(), line, needs: needs(seen), calls });
    });
    facts
}

fn needs(seen: &Seen<'_>) -> String {
    let has_ctx = seen.code.ctx.is_some();
    match seen.code.role {
        Role::Main => "`#[taskward::main]`, whose `ctx` it passes on".to_owned(),
        Role::Plain if seen.is_trait_impl && !has_ctx => {
            "`#[cancellable(ambient)]`: its signature is a trait's".to_owned()
        }
        Role::Plain if has_ctx => "`#[cancellable]`".to_owned(),
        Role::Plain if can_carry_interruption(seen.sig) => "`#[cancellable]` and `ctx: &Context`".to_owned(),
        Role::Plain => "`ctx: &Context`, and for `#[cancellable]` a result that can carry a `ContextError`".to_owned(),
        _ => String::new(),
    }
}

/// Returns whether the result type can carry an interruption: `Result`, `Option` or `()`. The
/// compiler checks the conversion from `ContextError`.
fn can_carry_interruption(sig: &Signature) -> bool {
    match &sig.output {
        syn::ReturnType::Default => true,
        syn::ReturnType::Type(_, ty) => {
            let text = ty.to_token_stream().to_string();
            text == "()" || text.contains("Result") || text.starts_with("Option")
        }
    }
}

/// Sorts the functions so that callees come before their callers.
pub(crate) fn order(facts: Vec<Fact>) -> Vec<Suggestion> {
    let facts: BTreeMap<Vec<String>, Fact> = facts.into_iter().map(|fact| (fact.path.clone(), fact)).collect();
    let mut levels: BTreeMap<&[String], usize> = BTreeMap::new();
    let mut level = 0;
    // Each round takes the functions whose callees have been taken. Recursive functions are left
    // over, and come last.
    while levels.len() < facts.len() {
        let is_taken = |path: &Vec<String>| !facts.contains_key(path) || levels.contains_key(path.as_slice());
        let ready: Vec<&[String]> = facts
            .values()
            .filter(|fact| !levels.contains_key(fact.path.as_slice()) && fact.calls.iter().all(is_taken))
            .map(|fact| fact.path.as_slice())
            .collect();
        if ready.is_empty() {
            break;
        }
        levels.extend(ready.into_iter().map(|path| (path, level)));
        level += 1;
    }
    let mut callers: BTreeMap<&[String], Vec<String>> = BTreeMap::new();
    for fact in facts.values() {
        for callee in &fact.calls {
            callers.entry(callee).or_default().push(fact.path.join("::"));
        }
    }
    let suggestion = |fact: &Fact| Suggestion {
        path: fact.path.join("::"),
        file: fact.file.clone(),
        line: fact.line,
        needs: fact.needs.clone(),
        calls: fact.calls.iter().filter(|path| facts.contains_key(*path)).map(|path| path.join("::")).collect(),
        callers: callers.get(fact.path.as_slice()).cloned().unwrap_or_default(),
        level: levels.get(fact.path.as_slice()).copied().unwrap_or(level),
        is_circular: !levels.contains_key(fact.path.as_slice()),
    };
    let mut suggestions: Vec<_> = facts.values().map(suggestion).filter(|found| !found.needs.is_empty()).collect();
    suggestions.sort_by(|a, b| (a.level, &a.path).cmp(&(b.level, &b.path)));
    suggestions
}
