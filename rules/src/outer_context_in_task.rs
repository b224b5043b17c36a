//! `outer_context_in_task`: a task that uses an outer context instead of its own. Documented in
//! `docs/outer_context_in_task.md`.

use std::collections::HashSet;

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprClosure, ExprMethodCall, Ident, Item, Pat, Stmt};

use crate::engine::rule::{Findings, Rule};
use crate::walk::context::derived;
use crate::walk::fn_body::FnBody;
use crate::walk::place::each_expr;
use crate::walk::syntax::{binds, called, declared, each_local, is_one, root};

pub(crate) const RULE: Rule = Rule { name: "outer_context_in_task", check };

/// Methods of groups and pools that pass a context to their closure.
const SPAWN: [&str; 8] =
    ["spawn", "try_spawn", "spawn_blocking", "spawn_local", "spawn_named", "run", "run_local", "stream"];

const GROUPS: [&str; 2] = ["taskward::TaskGroup", "taskward::GroupHandle"];

const MAKERS: [&str; 2] = ["taskward::TaskGroup::new", "taskward::WorkerPool::new"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let Some(ctx) = code.ctx() else { return };
    let outer = derived(ctx, code.block);
    let groups = groups(code);
    each_expr(code.block, &mut |expr, _| {
        if let Expr::MethodCall(call) = expr
            && is_one(&call.method, &SPAWN)
            && let Some(closure) = call.args.iter().find_map(closure)
            && let Some(own) = closure.inputs.first()
            && (runs_async(closure) || is_of_group(code, &groups, call))
        {
            let mut used = Used { outer: &outer, closure, found: Vec::new() };
            used.visit_expr(&closure.body);
            let own = declared(own).filter(|name| !name.to_string().starts_with('_'));
            if let Some(own) = own.filter(|own| is_of_group(code, &groups, call) && only_lends_parameter(closure, own))
            {
                let body = &closure.body;
                findings.add(
                    body,
                    format!("the task borrows `{own}` from the closure, which is dropped before the task begins"),
                    format!("move it into the task: `async move |{own}| {}.await`", written(body)),
                );
            }
            let own = own.map_or_else(|| "ctx".to_owned(), ToString::to_string);
            for name in used.found {
                findings.add(
                    &name,
                    format!("the task uses the outer `{name}`, which does not end with the group"),
                    format!("name the closure's own context `|{own}|`, and pass it on"),
                );
            }
        }
    });
}

/// The variables that are groups or pools.
fn groups(code: &FnBody<'_>) -> HashSet<String> {
    let mut groups: HashSet<_> = code.params_of_type(&GROUPS).into_iter().collect();
    each_local(code.block, &mut |local| {
        if let (Some(name), Some(init)) = (declared(&local.pat), &local.init)
            && makes_group(code, &init.expr)
        {
            groups.insert(name.to_string());
        }
    });
    groups
}

/// `TaskGroup::new(ctx).limit(8)`
fn makes_group(code: &FnBody<'_>, mut expr: &Expr) -> bool {
    while let Expr::MethodCall(call) = expr {
        expr = &call.receiver;
    }
    matches!(expr, Expr::Call(call) if called(call).is_some_and(|path| code.names.is_any(path, &MAKERS)))
}

fn is_of_group(code: &FnBody<'_>, groups: &HashSet<String>, call: &ExprMethodCall) -> bool {
    root(&call.receiver).is_some_and(|name| groups.contains(&name.to_string())) || makes_group(code, &call.receiver)
}

fn closure(arg: &Expr) -> Option<&ExprClosure> {
    match arg {
        Expr::Closure(closure) => Some(closure),
        _ => None,
    }
}

/// Returns whether the closure is async: `async |ctx| …` or `|ctx| async move { … }`. Scoped
/// threads of other crates take plain closures.
fn runs_async(closure: &ExprClosure) -> bool {
    let is_block = match &*closure.body {
        Expr::Async(_) => true,
        Expr::Block(block) => matches!(block.block.stmts.last(), Some(Stmt::Expr(Expr::Async(_), None))),
        _ => false,
    };
    closure.asyncness.is_some() || is_block
}

/// Returns whether the closure only makes a call that borrows its parameter.
fn only_lends_parameter(closure: &ExprClosure, own: &Ident) -> bool {
    let args = match &*closure.body {
        Expr::Call(call) => &call.args,
        Expr::MethodCall(call) => &call.args,
        _ => return false,
    };
    let is_own = |expr: &Expr| matches!(expr, Expr::Path(path) if path.path.is_ident(own));
    closure.asyncness.is_none() && args.iter().any(|arg| matches!(arg, Expr::Reference(lent) if is_own(&lent.expr)))
}

/// Formats a call without the spaces between its tokens.
fn written(call: &Expr) -> String {
    let mut text = call.to_token_stream().to_string();
    for sign in ["(", ")", ".", ",", "::", "?", "!", "[", "]"] {
        text = text.replace(&format!(" {sign}"), sign);
    }
    for sign in ["(", ".", "::", "&", "["] {
        text = text.replace(&format!("{sign} "), sign);
    }
    text
}

/// Finds the outer contexts that a closure uses.
struct Used<'c> {
    outer: &'c HashSet<String>,
    closure: &'c ExprClosure,
    found: Vec<Ident>,
}

impl Used<'_> {
    fn is_outer(&self, name: &Ident) -> bool {
        let shadows = |pat: &Pat| binds(pat, name);
        self.outer.contains(&name.to_string()) && !self.closure.inputs.iter().any(shadows)
    }
}

impl<'a> Visit<'a> for Used<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Path(path) => {
                self.found.extend(path.path.get_ident().filter(|name| self.is_outer(name)).cloned());
            }
            // A detached context is meant to outlive the group.
            Expr::MethodCall(call) if call.method == "detach" => {}
            // A task within the task is checked separately.
            Expr::Closure(closure) if closure.inputs.iter().filter_map(declared).any(|name| self.is_outer(name)) => {}
            _ => visit::visit_expr(self, expr),
        }
    }

    /// `let ctx = …` shadows the outer context.
    fn visit_block(&mut self, block: &'a Block) {
        let hides = |stmt: &Stmt| match stmt {
            Stmt::Local(local) => declared(&local.pat).is_some_and(|name| self.is_outer(name)),
            _ => false,
        };
        if !block.stmts.iter().any(hides) {
            visit::visit_block(self, block);
        }
    }

    fn visit_item(&mut self, _: &'a Item) {}
}
