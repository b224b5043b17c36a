//! `detached_task`: a task or thread without an owner.
//!
//! Forbids `tokio::spawn`, `tokio::task::spawn_local`, `spawn_blocking` that is not awaited, `Handle::spawn`, and `std::thread::spawn`. The
//! task outlives the function whenever the function ends early: dropping a `JoinHandle` detaches, so even `tokio::spawn(…).await` leaks its
//! task when the caller is cancelled.
//!
//! Instead: a `TaskGroup`, which passes the context on, and joins or aborts what it owns; `#[worker_pool]`; a `JoinSet` or
//! `tokio_util::task::AbortOnDropHandle`, which abort; or no task at all, but `join!`.
//!
//! `main` outlives its tasks, so there only a task whose handle is thrown away counts: nobody waits for it when the process is asked to stop.
//!
//! Limits: a bare `spawn(…)` is not recognised unless the function imports it itself; nor is a handle that is not called `handle`, `runtime`
//! or `rt`, has no such type among the parameters and was not made here; `let mut task = task::spawn(…)` passes for what `tokio_test` has under
//! that name.

mod owners;

use quote::ToTokens;
use syn::{Expr, ExprMethodCall, Local, Pat, Stmt};

use self::owners::Owners;
use crate::rule::{Findings, Rule};
use crate::walk::code::Code;
use crate::walk::names::called;
use crate::walk::{Uses, behind_references, declared, each_block, each_expr, each_local, variable};

pub(super) const RULE: Rule = Rule { name: "detached_task", check };

pub(super) const SPAWN: [&str; 8] = [
    "tokio::spawn",
    "tokio::task::spawn",
    "tokio::task::spawn_local",
    "tokio::task::spawn_blocking",
    "std::thread::spawn",
    "tokio::runtime::Handle::spawn",
    "tokio::runtime::Handle::spawn_blocking",
    "tokio::runtime::Runtime::spawn",
];

/// How many of them do not block a thread.
const TASKS: usize = 3;

pub(super) const THREAD: [&str; 1] = ["std::thread::spawn"];

pub(super) const BLOCKING: [&str; 1] = ["tokio::task::spawn_blocking"];

const BUILDERS: [&str; 2] = ["tokio::task::Builder::new", "std::thread::Builder::new"];

const HANDLES: [&str; 2] = ["tokio::runtime::Handle::current", "tokio::runtime::Handle::try_current"];

fn check(code: &Code, findings: &mut Findings) {
    if code.is_main {
        return check_main(code, findings);
    }
    let owners = Owners::of(code);
    let handles = handles(code);
    let uses = Uses::of(&code.block);
    each_expr(&code.block, &mut |expr, _| {
        if let Some((path, call)) = uses.at(expr)
            && code.names.is_any(&path.path, &SPAWN)
            && !call.is_some_and(|call| owners.keep(call))
        {
            report(path, findings);
        }
        if let Expr::MethodCall(call) = expr
            && spawns(code, &handles, call)
            && !owners.keep_method(call)
        {
            report(&call.method, findings);
        }
    });
}

/// `tokio::spawn(…);` and `let _ = tokio::spawn(…);`, but nothing that blocks a thread: that has no better owner.
fn check_main(code: &Code, findings: &mut Findings) {
    let handles = handles(code);
    let mut thrown_away = |expr: &Expr| {
        let at = match expr {
            Expr::Call(call) if code.names.calls(call, &SPAWN[..TASKS]) => call.func.to_token_stream(),
            Expr::MethodCall(call) if call.method == "spawn" && spawns(code, &handles, call) => {
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

fn report(at: impl ToTokens, findings: &mut Findings) {
    findings.add(
        at,
        "task is spawned without an owner and can outlive this function",
        "spawn it in a `TaskGroup`, which joins it",
    );
}

/// Variables that are known to be handles of a runtime, and those that are known to be something else, a runtime of the
/// function's own among them: it takes its tasks with it.
struct Handles {
    known: Vec<String>,
    others: Vec<String>,
}

fn handles(code: &Code) -> Handles {
    let mut handles = Handles { known: code.params_of_type("tokio::runtime::Handle"), others: Vec::new() };
    each_local(&code.block, &mut |local| {
        let (Some(name), Some(init)) = (declared(&local.pat), &local.init) else { return };
        if is_handle(code, &init.expr) {
            handles.known.push(name.to_string());
        } else if makes(&init.expr) {
            handles.others.push(name.to_string());
        }
    });
    handles
}

/// `JoinSet::new()`, `Runtime::new()?`, `Builder::new_current_thread().build().unwrap()`
fn makes(expr: &Expr) -> bool {
    match expr {
        Expr::Call(_) => true,
        Expr::Try(tried) => makes(&tried.expr),
        Expr::MethodCall(call) => makes(&call.receiver),
        _ => false,
    }
}

/// `Handle::current()`, also behind `?` or `unwrap()`.
fn is_handle(code: &Code, expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => code.names.calls(call, &HANDLES),
        Expr::Try(tried) => is_handle(code, &tried.expr),
        Expr::MethodCall(call) => {
            let passes = ["unwrap", "expect", "clone", "handle"].iter().any(|name| call.method == name);
            passes && is_handle(code, &call.receiver)
        }
        _ => false,
    }
}

/// `Handle::current().spawn(…)`, `handle.spawn(…)`, `self.runtime.spawn(…)`, `thread::Builder::new().spawn(…)`
fn spawns(code: &Code, handles: &Handles, call: &ExprMethodCall) -> bool {
    const NAMES: [&str; 3] = ["handle", "runtime", "rt"];
    if !["spawn", "spawn_blocking", "spawn_local"].iter().any(|name| call.method == name) {
        return false;
    }
    let receiver = behind_references(&call.receiver);
    match receiver {
        Expr::Field(field) => {
            matches!(&field.member, syn::Member::Named(name) if NAMES.iter().any(|known| name == known))
        }
        Expr::MethodCall(inner) if inner.method == "handle" && inner.args.is_empty() => {
            variable(&inner.receiver).is_some_and(|name| NAMES.iter().any(|known| name == known))
        }
        _ => match variable(receiver).map(ToString::to_string) {
            Some(name) if handles.known.contains(&name) => true,
            Some(name) => NAMES.contains(&&*name) && !handles.others.contains(&name),
            None => is_handle(code, receiver) || is_builder(code, receiver),
        },
    }
}

fn is_builder(code: &Code, mut expr: &Expr) -> bool {
    while let Expr::MethodCall(call) = expr {
        expr = &call.receiver;
    }
    matches!(expr, Expr::Call(call) if called(call).is_some_and(|path| code.names.is_any(path, &BUILDERS)))
}
