//! The rules on every function of one file.

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, File, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, ItemTrait, Signature, TraitItemFn, Type,
};

use super::attrs;
use super::calls::Calls;
use super::cfg::Cfg;
use super::comments::Comments;
use super::config::{Config, Level};
use super::diagnostic::Diagnostic;
use super::index::Index;
use super::source::{Problem, Source, parse};
use crate::function::{Function, Role, is_limit};
use crate::rule::{Finding, Findings};
use crate::walk::code::Code;
use crate::walk::context::kind;
use crate::walk::module::Module;
use crate::walk::open::open_file;
use crate::{check_block, context_first, context_not_passed, missing_attribute, missing_context, stored_context};

/// What is checked, and how.
pub(crate) struct Scope<'s> {
    pub(crate) index: &'s Index,
    pub(crate) krate: &'s str,
    pub(crate) cfg: &'s Cfg,
    pub(crate) config: &'s Config,
    /// Functions with a test attribute, too.
    pub(crate) tests: bool,
}

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

pub(crate) fn check_parsed(
    text: &str,
    file: &mut File,
    source: &Source,
    scope: &Scope<'_>,
) -> (Vec<Diagnostic>, Vec<Problem>) {
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

/// Calls `look` for each function of a file.
pub(crate) fn each_function(source: &Source, scope: &Scope<'_>, look: &mut dyn FnMut(&Seen<'_>)) {
    let Ok((_, mut file)) = parse(&source.path) else { return };
    each_item(&mut file, source, scope, &mut |seen| {
        if let SeenItem::Function(seen) = seen {
            look(seen);
        }
    });
}

fn each_item(file: &mut File, source: &Source, scope: &Scope<'_>, look: &mut dyn FnMut(SeenItem<'_>)) {
    scope.cfg.prune(file);
    open_file(file);
    let path = [vec![scope.krate.to_owned()], source.module.clone()].concat();
    visit_module(&file.items, &path, &Around::default(), scope, look);
}

/// A function of a file, and what stands around it.
pub(crate) struct Seen<'s> {
    pub(crate) code: Code<'s>,
    pub(crate) calls: Calls<'s>,
    pub(crate) sig: &'s Signature,
    pub(crate) is_test: bool,
    pub(crate) is_trait_impl: bool,
    function: Function<'s>,
    module: &'s Module<'s>,
    is_enforced: bool,
    allowed: Vec<String>,
}

enum SeenItem<'s> {
    Module(&'s [Item], &'s Module<'s>, &'s [String]),
    Function(&'s Seen<'s>),
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

/// What stands around a function.
#[derive(Clone, Default)]
struct Around {
    /// The type or trait that it is a method of.
    of: Option<String>,
    /// Its signature is a trait's.
    is_trait_impl: bool,
    is_enforced: bool,
    allowed: Vec<String>,
}

impl Around {
    /// The same, with the attributes of a module or an `impl`.
    fn with(&self, attrs: &[Attribute]) -> Self {
        let mut around = self.clone();
        around.is_enforced |= attrs.iter().any(|attr| attrs::is_called(attr, "enforce"));
        around.allowed.extend(attrs::allowed(attrs));
        around
    }
}

fn visit_module(
    items: &[Item],
    path: &[String],
    around: &Around,
    scope: &Scope<'_>,
    look: &mut dyn FnMut(SeenItem<'_>),
) {
    let index = scope.index;
    let mut module = Module::of(items);
    module.resolve = Some(Box::new(|segments| index.resolve(path, segments)));
    module.is_plain = Some(Box::new(|segments| index.function(segments).is_some_and(|facts| !facts.is_async)));
    look(SeenItem::Module(items, &module, &around.allowed));
    let mut functions = Functions { module: &module, path, around: around.clone(), scope, look };
    for item in items {
        functions.visit_item(item);
    }
}

/// The functions of one module.
struct Functions<'f> {
    module: &'f Module<'f>,
    path: &'f [String],
    around: Around,
    scope: &'f Scope<'f>,
    look: &'f mut dyn FnMut(SeenItem<'_>),
}

impl Functions<'_> {
    fn function(&mut self, attrs: &[Attribute], sig: &Signature, block: &Block) {
        let mut function = Function::new(sig);
        let is_main = sig.ident == "main" && self.path.len() == 1;
        function.role = if is_main { Role::Main } else { attrs::role(attrs) };
        function.limit_uses_params = attrs.iter().any(is_limit);
        let Around { of, is_trait_impl, is_enforced, allowed } = &self.around;
        let seen = Seen {
            code: Code::new(&function, block, Some(self.module), &self.scope.config.settings),
            calls: Calls { index: self.scope.index, module: self.path, of: of.as_deref() },
            sig,
            is_test: attrs::is_test(attrs),
            is_trait_impl: *is_trait_impl,
            function,
            module: self.module,
            is_enforced: *is_enforced,
            allowed: [&allowed[..], &attrs::allowed(attrs)].concat(),
        };
        (self.look)(SeenItem::Function(&seen));
        // Items in the body are functions of their own.
        let inner = Around { of: None, is_trait_impl: false, ..self.around.clone() };
        self.within(inner, |functions| visit::visit_block(functions, block));
    }

    fn within(&mut self, around: Around, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.around, around);
        visit(self);
        self.around = outer;
    }
}

impl<'a> Visit<'a> for Functions<'_> {
    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if let Some((_, items)) = &item.content {
            let path = [self.path, &[item.ident.to_string()]].concat();
            visit_module(items, &path, &self.around.with(&item.attrs), self.scope, self.look);
        }
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        let mut around = self.around.with(&item.attrs);
        around.is_trait_impl = item.trait_.is_some();
        around.of = match &*item.self_ty {
            Type::Path(of) => of.path.segments.last().map(|last| last.ident.to_string()),
            other => Some(other.to_token_stream().to_string()),
        };
        self.within(around, |functions| visit::visit_item_impl(functions, item));
    }

    fn visit_item_trait(&mut self, item: &'a ItemTrait) {
        let mut around = self.around.with(&item.attrs);
        around.of = Some(item.ident.to_string());
        self.within(around, |functions| visit::visit_item_trait(functions, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.attrs, &item.sig, block);
        }
    }
}
