//! Applies the rules to every function of a file.

use std::path::Path;

use syn::File;
use syn::spanned::Spanned;

use super::cfg::Cfg;
use super::comments::Comments;
use super::config::{Config, Level};
use super::diagnostic::Diagnostic;
use super::functions::{Scope, Seen, SeenItem, each_item};
use super::index::{self, Index};
use super::source::{Problem, Source, parse, parse_text};
use crate::engine::apply::check_block;
use crate::engine::function::Role;
use crate::engine::rule::{Finding, Findings};
use crate::walk::context::kind;
use crate::{context_first, context_not_passed, missing_attribute, missing_context, stored_context};

/// Checks one file.
pub(crate) fn check(source: &Source, scope: &Scope<'_>) -> (Vec<Diagnostic>, Vec<Problem>) {
    let (text, mut file) = match parse(&source.path) {
        Ok(parsed) => parsed,
        Err(problem) => return (Vec::new(), vec![problem]),
    };
    let found = check_parsed(&text, &mut file, source, scope);
    drop(file);
    proc_macro2::extra::invalidate_current_thread_spans();
    found
}

fn check_parsed(text: &str, file: &mut File, source: &Source, scope: &Scope<'_>) -> (Vec<Diagnostic>, Vec<Problem>) {
    let mut errors = Vec::new();
    let comments = Comments::of(text, &mut errors);
    let problems = errors.into_iter().map(|(line, error)| Problem::at(&source.path, Some(line), error)).collect();
    let mut checker = Checker { text, source, scope, comments: &comments, found: Vec::new() };
    each_item(file, source, scope, &mut |seen| match seen {
        SeenItem::Module(items, module, allowed) => {
            checker.report(stored_context::check(items, module), "", 0, allowed);
        }
        SeenItem::Function(seen) => checker.function(seen),
    });
    (checker.found, problems)
}

struct Checker<'c> {
    text: &'c str,
    source: &'c Source,
    scope: &'c Scope<'c>,
    comments: &'c Comments,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn function(&mut self, seen: &Seen<'_>) {
        if seen.is_test && !self.scope.tests {
            return;
        }
        let Seen { code, calls, sig, function, .. } = seen;
        let settings = &self.scope.config.settings;
        let mut findings = check_block(function, code.block, Some(seen.module), settings, |_| true);
        if code.ctx.is_some() && code.is_async && function.role != Role::Main {
            findings.extend(context_first::check_order(function, &|ty| kind(ty, &code.names).is_some()));
        }
        if seen.is_enforced && function.role == Role::Plain && !seen.is_test {
            findings.extend(missing_attribute::check(sig, code.block));
        }
        if !seen.is_trait_impl && !seen.is_test {
            let mut found = Findings::of(missing_context::NAME);
            missing_context::check(code, calls, &mut found);
            findings.extend(found.into_vec());
        }
        let mut found = Findings::of(context_not_passed::NAME);
        context_not_passed::check(code, calls, &mut found);
        findings.extend(found.into_vec());
        self.report(findings, &sig.ident.to_string(), sig.span().start().line, &seen.allowed);
    }

    fn report(&mut self, findings: Vec<Finding>, function: &str, first_line: usize, allowed: &[String]) {
        for finding in findings {
            let level = self.scope.config.level(finding.rule);
            let line = finding.at.span().start().line;
            let is_allowed = allowed.iter().any(|rule| rule == finding.rule)
                || self.comments.allow(finding.rule, line)
                || first_line > 0 && self.comments.allow(finding.rule, first_line);
            if level != Level::Allow && !is_allowed {
                self.found.push(Diagnostic::new(&finding, level, &self.source.path, self.text, function));
            }
        }
    }
}

/// Checks a text as a crate of one file.
///
/// # Errors
///
/// Returns a problem if the text does not parse, or if it allows an unknown rule.
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
    let (diagnostics, problems) = check_parsed(text, &mut parsed, &source, &scope);
    problems.into_iter().next().map_or(Ok(diagnostics), Err)
}
