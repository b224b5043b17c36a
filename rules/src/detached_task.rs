//! `detached_task`: a task or thread without an owner. Documented in `docs/detached_task.md`.

mod handles;
mod owners;

use quote::ToTokens;
use syn::{Expr, Local, Pat, Stmt};

use self::handles::Handles;
use self::owners::Owners;
use crate::engine::function::Role;
use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;
use crate::walk::place::{each_block, each_expr, used_item};

pub(crate) const RULE: Rule = Rule { name: "detached_task", check };

pub(crate) const SPAWN: [&str; 8] = [
    "tokio::spawn",
    "tokio::task::spawn",
    "tokio::task::spawn_local",
    "tokio::task::spawn_blocking",
    "std::thread::spawn",
    "tokio::runtime::Handle::spawn",
    "tokio::runtime::Handle::spawn_blocking",
    "tokio::runtime::Runtime::spawn",
];

/// The first entries spawn tasks, which do not block a thread.
const TASKS: usize = 3;

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let handles = Handles::of(code);
    if code.role == Role::Main {
        return check_main(code, &handles, findings);
    }
    let owners = Owners::of(code);
    each_expr(code.block, &mut |expr, at| {
        if let Some((path, call)) = used_item(expr, at)
            && code.names.is_any(&path.path, &SPAWN)
            && !call.is_some_and(|call| owners.own_call(code, call, expr, at))
        {
            report(path, findings);
        }
        if let Expr::MethodCall(call) = expr
            && handles.spawn(code, call)
            && !owners.own_method(call, expr, at)
        {
            report(&call.method, findings);
        }
    });
}

/// Reports `tokio::spawn(…);` and `let _ = tokio::spawn(…);` in `main`, but not blocking work,
/// which has no better owner there.
fn check_main(code: &FnBody<'_>, handles: &Handles, findings: &mut Findings) {
    let mut discarded = |expr: &Expr| {
        let at = match expr {
            Expr::Call(call) if code.names.calls(call, &SPAWN[..TASKS]) => call.func.to_token_stream(),
            Expr::MethodCall(call) if call.method == "spawn" && handles.spawn(code, call) => {
                call.method.to_token_stream()
            }
            _ => return,
        };
        findings.add(
            at,
            "task is spawned without an owner, so no code waits for it when the process is asked to stop",
            "spawn it in a `TaskGroup`, or keep its handle and await it",
        );
    };
    each_block(code.block, &mut |block| {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Expr(expr, Some(_)) => discarded(expr),
                Stmt::Local(Local { pat, init: Some(init), .. }) if is_unused(pat) => discarded(&init.expr),
                _ => {}
            }
        }
    });
}

/// `_` or `_name`
fn is_unused(pat: &Pat) -> bool {
    matches!(pat, Pat::Wild(_)) || matches!(pat, Pat::Ident(name) if name.ident.to_string().starts_with('_'))
}

fn report(at: impl ToTokens, findings: &mut Findings) {
    findings.add(
        at,
        "task is spawned without an owner and can outlive this function",
        "spawn it in a `TaskGroup`, which joins it",
    );
}
