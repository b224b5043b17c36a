//! `detached_task`: a task or thread without an owner.
//!
//! Forbids `tokio::spawn`, `tokio::task::spawn_local`, `spawn_blocking` that is not awaited on the spot, `Handle::spawn`, and
//! `std::thread::spawn`. The task outlives the function whenever the function ends early: dropping a `JoinHandle` detaches, so
//! even `tokio::spawn(…).await` leaks its task when the caller is cancelled.
//!
//! Instead: a `JoinSet`, which aborts what it owns; `#[worker_pool]`; `tokio_util::task::AbortOnDropHandle`; or no task at all,
//! but `join!`.
//!
//! `main` outlives its tasks, so there only a task whose handle is thrown away counts: nobody waits for it when the process is asked to stop.
//!
//! Limits: a bare `spawn(…)` is not recognised unless the function imports it itself; nor is a handle in a variable of another
//! name than `handle`; `let mut task = task::spawn(…)` passes for what `tokio_test` has under that name.

use std::collections::HashSet;

use quote::ToTokens;
use syn::visit::Visit;
use syn::{Block, Expr, ExprCall, ExprMethodCall, ItemImpl, Local, Pat, Stmt, Type};

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::names::called;
use super::walk::{each_block, each_expr, each_local};

pub(super) const RULE: Rule = Rule { name: "detached_task", check };

pub(super) const SPAWN: [&str; 5] = [
    "tokio::spawn",
    "tokio::task::spawn",
    "tokio::task::spawn_local",
    "tokio::task::spawn_blocking",
    "std::thread::spawn",
];

/// How many of them do not block a thread.
const TASKS: usize = 3;

const BLOCKING: [&str; 1] = ["tokio::task::spawn_blocking"];

fn check(code: &Code, findings: &mut Findings) {
    if code.is_main {
        return check_main(code, findings);
    }
    let mut kept = kept_by_name(code);
    let owners = types_with_drop(&code.block);
    let is_owner = |path: &syn::Path| {
        is_abort_on_drop(path) || path.segments.last().is_some_and(|last| owners.contains(&last.ident.to_string()))
    };
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
        Expr::Call(owner) if called(owner).is_some_and(is_owner) => {
            kept.extend(owner.args.iter().filter_map(|arg| match arg {
                Expr::Call(call) => Some(std::ptr::from_ref(call)),
                _ => None,
            }));
        }
        Expr::MethodCall(call) if is_handle_spawn(code, call) => report(&call.method, findings),
        _ => {}
    });
}

/// `tokio::spawn(…);` and `let _ = tokio::spawn(…);`, but nothing that blocks a thread: that has no better owner.
fn check_main(code: &Code, findings: &mut Findings) {
    let mut thrown_away = |expr: &Expr| {
        let at = match expr {
            Expr::Call(call) if code.names.calls(call, &SPAWN[..TASKS]) => call.func.to_token_stream(),
            Expr::MethodCall(call) if call.method == "spawn" && is_handle_spawn(code, call) => {
                call.method.to_token_stream()
            }
            _ => return,
        };
        findings.add(
            at,
            "task is spawned without an owner, so nobody waits for it when the process is asked to stop",
            "spawn it in a `TaskGroup`, or keep its handle and await it",
        );
    };
    each_block(&code.block, &mut |block| {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Expr(expr, Some(_)) => thrown_away(expr),
                Stmt::Local(Local { pat, init: Some(init), .. }) if is_unused(pat) => thrown_away(&init.expr),
                _ => {}
            }
        }
    });
}

/// `_` or `_name`
fn is_unused(pat: &Pat) -> bool {
    matches!(pat, Pat::Wild(_)) || matches!(pat, Pat::Ident(name) if name.ident.to_string().starts_with('_'))
}

/// The types of the function's own to which it gives a `Drop`: what takes a handle there aborts it.
fn types_with_drop(block: &Block) -> HashSet<String> {
    struct Drops(HashSet<String>);
    impl<'a> Visit<'a> for Drops {
        fn visit_item_impl(&mut self, item: &'a ItemImpl) {
            let is_drop = |path: &syn::Path| path.segments.last().is_some_and(|last| last.ident == "Drop");
            if let (Some((path, _)), Type::Path(this)) = (&item.trait_, &*item.self_ty)
                && is_drop(path)
            {
                self.0.extend(this.path.get_ident().map(ToString::to_string));
            }
        }
    }
    let mut drops = Drops(HashSet::new());
    drops.visit_block(block);
    drops.0
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
        let Some(path) = called(call) else { return };
        // Who polls by hand needs `mut`; who has a `JoinHandle` does not.
        let is_mock =
            handle.mutability.is_some() && code.names.segments(path).len() == 2 && path.segments[0].ident == "task";
        let handle = handle.ident.to_string();
        if is_mock || taken.contains(&handle) || awaited.contains(&handle) && code.names.calls(call, &BLOCKING) {
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

fn report(at: impl ToTokens, findings: &mut Findings) {
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
