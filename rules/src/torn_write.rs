//! `torn_write`: a write that can be interrupted in the middle. Documented in
//! `docs/torn_write.md`.

use std::collections::HashSet;

use syn::{Block, Expr, ExprAwait, Ident, Pat, Path, Stmt};

use crate::engine::function::Role;
use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;
use crate::walk::happens::happens_in;
use crate::walk::place::each_expr;
use crate::walk::syntax::{call, called, declared, each_local, is_one, root};

pub(crate) const RULE: Rule = Rule { name: "torn_write", check };

const METHODS: [&str; 2] = ["write_all", "write_all_buf"];

const FUNCTIONS: [&str; 5] = ["write_all", "write_all_buf", "copy", "copy_buf", "copy_bidirectional"];

/// Functions that make an in-memory writer.
const MEMORY: [&str; 3] = ["duplex", "simplex", "sink"];

/// Methods that may follow the last write.
const AFTER: [&str; 5] = ["flush", "shutdown", "sync_all", "sync_data", "close"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    if code.role != Role::Interrupted {
        return;
    }
    let memory = in_memory(code);
    let mut last = Vec::new();
    last_writes(&code.block.stmts, &mut last);
    each_expr(code.block, &mut |expr, at| {
        let Expr::Await(awaited) = expr else { return };
        let Some((name, args)) = call(&awaited.base) else { return };
        // Other types have methods with these names: `store.copy(from, to)`.
        let (names, target) = match &*awaited.base {
            Expr::MethodCall(call) => (&METHODS[..], root(&call.receiver)),
            _ => (&FUNCTIONS[..], args.last().copied().and_then(root)),
        };
        if !is_one(name, names) {
            return;
        }
        if target.is_some_and(|target| memory.contains(&target.to_string())) {
            return;
        }
        let is_last = last.iter().any(|known| std::ptr::eq(*known, awaited));
        // A task ends separately, and a shield delays the interruption.
        let is_elsewhere = at.exprs().any(|expr| match expr {
            Expr::MethodCall(call) => is_one(&call.method, &["shield", "spawn", "spawn_blocking", "try_spawn"]),
            Expr::Call(call) => called(call)
                .and_then(|path| path.segments.last())
                .is_some_and(|last| is_one(&last.ident, &["shield", "spawn", "spawn_local"])),
            _ => false,
        });
        if !is_last && !is_elsewhere {
            findings.add(
                name,
                format!("an interruption during `{name}` leaves a part of the data written"),
                format!("write `{}.shield(…).await`, or give the function a `grace`", code.ctx_name()),
            );
        }
    });
}

/// Writers that the function makes from its own memory: an interruption drops their data with the
/// body.
fn in_memory(code: &FnBody<'_>) -> HashSet<String> {
    let mut memory: HashSet<String> = HashSet::new();
    each_local(code.block, &mut |local| {
        let Some(init) = &local.init else { return };
        // Another variable, a field of `self`, or the result of an `.await` may refer to something
        // outside.
        let is_outside = |expr: &Expr| match expr {
            Expr::Await(_) => true,
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                let is_const = name.to_string().starts_with(char::is_uppercase);
                !is_const && !is_one(name, &MEMORY) && !memory.contains(&name.to_string())
            }),
            _ => false,
        };
        let names = match &local.pat {
            Pat::Tuple(pats) => pats.elems.iter().filter_map(declared).collect(),
            pat => declared(pat).into_iter().collect::<Vec<_>>(),
        };
        if !happens_in(&init.expr, is_outside) {
            memory.extend(names.into_iter().map(ToString::to_string));
        }
    });
    memory
}

/// Finds the `.await`s that are followed, on every path, by at most a flush.
fn last_writes<'a>(stmts: &'a [Stmt], found: &mut Vec<&'a ExprAwait>) {
    for stmt in stmts.iter().rev() {
        let Stmt::Expr(expr, _) = stmt else { return };
        if !is_result(expr) && !is_finish(expr) {
            return last_of(expr, found);
        }
    }
}

fn last_of<'a>(expr: &'a Expr, found: &mut Vec<&'a ExprAwait>) {
    let block = |block: &'a Block, found: &mut Vec<&'a ExprAwait>| last_writes(&block.stmts, found);
    match expr {
        Expr::Await(awaited) => found.push(awaited),
        Expr::Try(tried) => last_of(&tried.expr, found),
        Expr::Paren(paren) => last_of(&paren.expr, found),
        Expr::MethodCall(call) => last_of(&call.receiver, found),
        Expr::Return(value) => {
            if let Some(value) = &value.expr {
                last_of(value, found);
            }
        }
        Expr::Call(call) if call.args.len() == 1 => last_of(&call.args[0], found),
        Expr::Block(inner) => block(&inner.block, found),
        Expr::If(branch) => {
            block(&branch.then_branch, found);
            if let Some((_, otherwise)) = &branch.else_branch {
                last_of(otherwise, found);
            }
        }
        Expr::Match(matched) => matched.arms.iter().for_each(|arm| last_of(&arm.body, found)),
        _ => {}
    }
}

/// Returns whether the expression is a result without a call: `Ok(())`, `Ok(written)`, `return
/// Ok(())`.
fn is_result(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => {
            let is_variant = |name: &Ident| is_one(name, &["Ok", "Err", "Some"]);
            called(call).and_then(Path::get_ident).is_some_and(is_variant) && call.args.iter().all(is_result)
        }
        Expr::Return(value) => value.expr.as_ref().is_none_or(|value| is_result(value)),
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_result),
        Expr::Path(_) | Expr::Lit(_) | Expr::Field(_) => true,
        _ => false,
    }
}

/// `output.flush().await?`
fn is_finish(expr: &Expr) -> bool {
    match expr {
        Expr::Try(tried) => is_finish(&tried.expr),
        Expr::Await(awaited) => call(&awaited.base).is_some_and(|(name, _)| is_one(name, &AFTER)),
        _ => false,
    }
}
