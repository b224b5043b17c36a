//! `detached_task`: a task or thread without an owner.
//!
//! Forbids `tokio::spawn`, `tokio::task::spawn_local`, `spawn_blocking` that is not awaited on the spot, `Handle::spawn`, and
//! `std::thread::spawn`. The task outlives the function whenever the function ends early: dropping a `JoinHandle` detaches, so
//! even `tokio::spawn(…).await` leaks its task when the caller is cancelled.
//!
//! Instead: a `JoinSet`, which aborts what it owns; `#[worker_pool]`; `tokio_util::task::AbortOnDropHandle`; or no task at all,
//! but `join!`.
//!
//! Limits: a bare `spawn(…)` is not recognised unless the function imports it itself; nor is a handle in a variable of another
//! name than `handle`.

use std::collections::HashSet;

use syn::{Expr, ExprCall, ExprMethodCall, Pat};

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::names::called;
use super::walk::{each_expr, each_local};

pub(super) const RULE: Rule = Rule { name: "detached_task", check };

pub(super) const SPAWN: [&str; 5] = [
    "tokio::spawn",
    "tokio::task::spawn",
    "tokio::task::spawn_local",
    "tokio::task::spawn_blocking",
    "std::thread::spawn",
];

const BLOCKING: [&str; 1] = ["tokio::task::spawn_blocking"];

fn check(code: &Code, findings: &mut Findings) {
    let mut kept = kept_by_name(code);
    each_expr(&code.block, &mut |expr, _| match expr {
        // A thread cannot be aborted anyway.
        Expr::Await(awaited) => {
            if let Expr::Call(call) = &*awaited.base
                && code.names.calls(call, &BLOCKING)
            {
                kept.push(call);
            }
        }
        Expr::Call(call) if code.names.calls(call, &SPAWN) && !kept.iter().any(|known| std::ptr::eq(*known, call)) => {
            report(&call.func, findings);
        }
        Expr::Call(owner) if called(owner).is_some_and(is_abort_on_drop) => {
            kept.extend(owner.args.iter().filter_map(|arg| match arg {
                Expr::Call(call) => Some(std::ptr::from_ref(call)),
                _ => None,
            }));
        }
        Expr::MethodCall(call) if is_handle_spawn(code, call) => report(&call.method, findings),
        _ => {}
    });
}

/// `let handle = tokio::spawn(…)` whose handle an owner takes; and what blocks, and is awaited.
fn kept_by_name(code: &Code) -> Vec<*const ExprCall> {
    let (mut taken, mut awaited) = (HashSet::new(), HashSet::new());
    each_expr(&code.block, &mut |expr, _| match expr {
        Expr::Call(owner) if called(owner).is_some_and(is_abort_on_drop) => {
            taken.extend(owner.args.iter().filter_map(handle));
        }
        Expr::Await(waits) => awaited.extend(variable(&waits.base)),
        _ => {}
    });
    let mut kept: Vec<*const ExprCall> = Vec::new();
    each_local(&code.block, &mut |local| {
        let (Pat::Ident(handle), Some(init)) = (&local.pat, &local.init) else { return };
        let Expr::Call(call) = &*init.expr else { return };
        let handle = handle.ident.to_string();
        if taken.contains(&handle) || awaited.contains(&handle) && code.names.calls(call, &BLOCKING) {
            kept.push(call);
        }
    });
    kept
}

fn variable(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

/// `handle`, or `handle.abort_handle()`
fn handle(expr: &Expr) -> Option<String> {
    match expr {
        Expr::MethodCall(call) if call.method == "abort_handle" => variable(&call.receiver),
        expr => variable(expr),
    }
}

fn report(at: impl quote::ToTokens, findings: &mut Findings) {
    findings.add(
        at,
        "task is spawned without an owner and can outlive this function",
        "spawn it in a `JoinSet`, which aborts what it owns, or use `#[worker_pool]`; `join!` needs no task",
    );
}

fn is_abort_on_drop(path: &syn::Path) -> bool {
    path.segments.iter().any(|segment| segment.ident.to_string().starts_with("AbortOnDrop"))
}

/// `Handle::current().spawn(…)`, `handle.spawn(…)`
fn is_handle_spawn(code: &Code, call: &ExprMethodCall) -> bool {
    if call.method != "spawn" && call.method != "spawn_blocking" {
        return false;
    }
    match &*call.receiver {
        Expr::Call(receiver) => code.names.calls(receiver, &["tokio::runtime::Handle::current"]),
        Expr::Path(path) => path.path.is_ident("handle"),
        _ => false,
    }
}
