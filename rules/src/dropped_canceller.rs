//! `dropped_canceller`: a canceller that is dropped where it is made, or forgotten. Documented in
//! `docs/dropped_canceller.md`.
//!
//! Modelled on `lostcancel` of `go vet`.

use std::collections::HashSet;

use syn::{Expr, Ident, Member, Pat};

use crate::detached_task;
use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;
use crate::walk::place::each_expr;
use crate::walk::syntax::{called_as_function, declared, each_local, variable};

pub(crate) const RULE: Rule = Rule { name: "dropped_canceller", check };

const DEAD: &str = "the canceller is dropped here, which cancels the context";

const KEEP: &str = "bind it for as long as the context may live, `_canceller`, or call `disarm()`";

const FORGET: [&str; 4] =
    ["std::mem::forget", "core::mem::forget", "std::mem::ManuallyDrop::new", "core::mem::ManuallyDrop::new"];

const GROUPS: [&str; 2] = ["taskward::TaskGroup::new", "tokio::task::JoinSet::new"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let mut owners = HashSet::new();
    each_local(code.block, &mut |local| {
        let Some(init) = &local.init else { return };
        if makes_canceller(&init.expr) {
            match dropped(&local.pat) {
                Some(at) => findings.add(at, DEAD, KEEP),
                None => owners.extend(names(&local.pat)),
            }
        } else if let (Expr::Call(call), Some(name)) = (&*init.expr, declared(&local.pat))
            && (code.names.calls(call, &detached_task::SPAWN) || code.names.calls(call, &GROUPS))
        {
            owners.insert(name.to_string());
        }
    });
    each_expr(code.block, &mut |expr, _| match expr {
        Expr::Field(field)
            if makes_canceller(&field.base) && matches!(&field.member, Member::Unnamed(index) if index.index == 0) =>
        {
            findings.add(&field.member, DEAD, "bind both: `let (child, _canceller) = ctx.with_cancel();`");
        }
        Expr::Assign(assign) if makes_canceller(&assign.right) => match &*assign.left {
            Expr::Tuple(pair) => {
                if let Some(Expr::Infer(wild)) = pair.elems.iter().nth(1) {
                    findings.add(wild, DEAD, KEEP);
                }
            }
            Expr::Infer(wild) => findings.add(wild, DEAD, KEEP),
            _ => {}
        },
        Expr::Call(call) if code.names.calls(call, &FORGET) => {
            let is_owner = |name: &Ident| owners.contains(&name.to_string());
            let is_forgotten = match call.args.first() {
                Some(Expr::Field(field)) => variable(&field.base).is_some_and(is_owner),
                Some(Expr::Call(spawn)) => code.names.calls(spawn, &detached_task::SPAWN),
                Some(made) if makes_canceller(made) => true,
                Some(value) => variable(value).is_some_and(is_owner),
                None => false,
            };
            if is_forgotten {
                findings.add(
                    &call.func,
                    "the task or context of a forgotten value can never be stopped",
                    "call `disarm()` on a canceller; `abort()` or await a task's handle",
                );
            }
        }
        _ => {}
    });
}

/// `ctx.with_cancel()`, `Context::with_cancel(&ctx)`
fn makes_canceller(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(call) => call.method == "with_cancel" && call.args.is_empty(),
        expr => called_as_function(expr).is_some_and(|(_, name)| name == "with_cancel"),
    }
}

/// The part of a pattern that drops the canceller: `_`, or `..` after the context.
fn dropped(pat: &Pat) -> Option<&Pat> {
    match pat {
        Pat::Type(typed) => dropped(&typed.pat),
        Pat::Tuple(pair) => match (pair.elems.first()?, pair.elems.iter().nth(1)) {
            (rest @ Pat::Rest(_), None) => Some(rest),
            (_, Some(thrown @ (Pat::Wild(_) | Pat::Rest(_)))) => Some(thrown),
            _ => None,
        },
        whole @ Pat::Wild(_) => Some(whole),
        _ => None,
    }
}

/// The variable that owns the canceller.
fn names(pat: &Pat) -> Option<String> {
    match pat {
        Pat::Type(typed) => names(&typed.pat),
        Pat::Tuple(pair) => declared(pair.elems.iter().nth(1)?).map(ToString::to_string),
        whole => declared(whole).map(ToString::to_string),
    }
}
