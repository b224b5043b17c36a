//! `busy_wait`: asking again and again instead of waiting.
//!
//! Forbids a loop that only sleeps or yields until a flag has changed (`while !ready.load(…) { sleep(…).await }`), and one that spins on
//! `try_recv`, `try_lock` or `try_acquire`. It wakes up for nothing, and notices late.
//!
//! Instead: wait for the event itself: `Notify`, `watch`, `recv().await`, `lock().await`.
//!
//! Limits: a flag is an atomic (`load`), a plain variable or a field; a condition that calls anything else may be asking the world
//! outside, which cannot be waited for. A `loop` with `if ready { break }` is not recognised.
//!
//! Modelled on ASYNC110 of flake8-async.

use syn::{Block, Expr, Stmt};

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::{each_expr, happens_in_block, is_await};

pub(super) const RULE: Rule = Rule { name: "busy_wait", check };

const TRIES: [&str; 3] = ["try_recv", "try_lock", "try_acquire"];

fn check(code: &Code, findings: &mut Findings) {
    each_expr(&code.block, &mut |expr, _| match expr {
        Expr::While(turn) if is_flag(&turn.cond) && only_sleeps(&turn.body) => findings.add(
            turn.while_token,
            "this loop asks again and again instead of waiting",
            "wait for the event itself: `tokio::sync::Notify` or `watch`",
        ),
        Expr::Loop(turn) => spins(&turn.body, findings),
        Expr::While(turn) => spins(&turn.body, findings),
        _ => {}
    });
}

/// A flag, possibly negated.
fn is_flag(expr: &Expr) -> bool {
    match expr {
        Expr::Unary(not) => is_flag(&not.expr),
        Expr::Paren(paren) => is_flag(&paren.expr),
        Expr::MethodCall(call) => call.method == "load",
        Expr::Path(_) | Expr::Field(_) => true,
        _ => false,
    }
}

fn only_sleeps(body: &Block) -> bool {
    !body.stmts.is_empty()
        && body.stmts.iter().all(|stmt| matches!(stmt, Stmt::Expr(Expr::Await(awaited), _) if is_pause(&awaited.base)))
}

fn is_pause(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => super::walk::names::called(call)
            .and_then(|path| path.segments.last())
            .is_some_and(|last| last.ident == "sleep" || last.ident == "yield_now"),
        Expr::MethodCall(call) => call.method == "checkpoint" || call.method == "tick",
        _ => false,
    }
}

/// Tries, and waits for nothing but time.
fn spins(body: &Block, findings: &mut Findings) {
    let waits = |expr: &Expr| matches!(expr, Expr::Await(awaited) if !is_pause(&awaited.base));
    if happens_in_block(body, waits) {
        return;
    }
    let mut tried = None;
    happens_in_block(body, |expr: &Expr| {
        if let Expr::MethodCall(call) = expr
            && TRIES.iter().any(|name| call.method == name)
        {
            tried.get_or_insert_with(|| call.method.clone());
        }
        false
    });
    // Without a pause it is a drain: `while let Ok(item) = queue.try_recv()`, or ends when nothing is there.
    if let (Some(method), true) = (tried, happens_in_block(body, is_await)) {
        let instead = method.to_string().replace("try_", "");
        findings.add(
            &method,
            format!("this loop spins on `{method}` instead of waiting"),
            format!("write `{instead}().await`"),
        );
    }
}
