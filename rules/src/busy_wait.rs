//! `busy_wait`: a loop that polls for an event instead of waiting for it. Documented in
//! `docs/busy_wait.md`.
//!
//! Modelled on ASYNC110 of flake8-async.

use quote::ToTokens;
use syn::{Block, Expr, Ident, Pat, Stmt};

use crate::engine::rule::{Findings, Rule};
use crate::walk::ends::{block_leaves, leaves, leaves_loop};
use crate::walk::fn_body::FnBody;
use crate::walk::happens::{happens_in, happens_in_block};
use crate::walk::place::each_expr;
use crate::walk::syntax::{call, is_await, is_one};

pub(crate) const RULE: Rule = Rule { name: "busy_wait", check };

const PAUSES: [&str; 6] = ["sleep", "yield_now", "spin_loop", "checkpoint", "check", "tick"];
const FLAGS: [&str; 5] = ["borrow", "is_finished", "is_closed", "has_ended", "is_cancelled"];

/// Methods that wait, and have a `try_…` variant that does not.
const TRIES: [&str; 11] =
    ["recv", "lock", "read", "write", "acquire", "acquire_owned", "send", "reserve", "join_next", "next", "wait"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    each_expr(code.block, &mut |expr, at| {
        let (keyword, cond, body) = match expr {
            Expr::While(loop_expr) => {
                (loop_expr.while_token.to_token_stream(), Some(&*loop_expr.cond), &loop_expr.body)
            }
            Expr::Loop(loop_expr) => (loop_expr.loop_token.to_token_stream(), None, &loop_expr.body),
            _ => return,
        };
        let awaits = happens_in_block(body, is_await);
        // Code on a thread of its own may spin.
        if !awaits && !at.is_async(code.is_async) {
            return;
        }
        let (questions, others): (Vec<_>, Vec<_>) = body.stmts.iter().partition(|stmt| is_question(stmt, awaits));
        let asks = cond.map_or(!questions.is_empty() && !others.is_empty(), |cond| is_flag(cond, awaits));
        if asks && others.into_iter().all(is_pause_stmt) {
            let help = "wait for the event itself: `tokio::sync::Notify`, `watch`, or `ctx.cancelled().await`";
            findings.add(keyword, "this loop polls for an event instead of waiting for it", help);
        } else if awaits && let Some((method, instead)) = retried(cond, body) {
            let message = format!("this loop spins on `{method}` instead of waiting");
            findings.add(method, message, format!("write `{instead}().await`"));
        }
    });
}

/// Returns whether the expression is a flag, possibly negated. Without an `.await`, only an atomic
/// can change.
fn is_flag(expr: &Expr, awaits: bool) -> bool {
    match expr {
        Expr::Unary(not) => is_flag(&not.expr, awaits),
        Expr::Paren(paren) => is_flag(&paren.expr, awaits),
        Expr::MethodCall(call) => {
            call.method == "load" || awaits && call.args.is_empty() && is_one(&call.method, &FLAGS)
        }
        expr => awaits && matches!(expr, Expr::Path(_) | Expr::Field(_)),
    }
}

/// `if ready.load(…) { break }`
fn is_question(stmt: &Stmt, awaits: bool) -> bool {
    matches!(stmt, Stmt::Expr(Expr::If(branch), _) if branch.else_branch.is_none()
        && is_flag(&branch.cond, awaits) && branch.then_branch.stmts.len() == 1 && block_leaves(&branch.then_branch))
}

fn is_pause_stmt(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(expr, _) if is_pause(expr))
}

/// Returns whether the expression waits only for time, or checks the context.
fn is_pause(expr: &Expr) -> bool {
    match expr {
        Expr::Await(awaited) => is_pause(&awaited.base),
        Expr::Try(tried) => is_pause(&tried.expr),
        expr => call(expr).is_some_and(|(name, _)| is_one(name, &PAUSES)),
    }
}

/// Returns the method that the loop retries until it succeeds, and the waiting variant, if the
/// loop does nothing else.
fn retried(cond: Option<&Expr>, body: &Block) -> Option<(Ident, String)> {
    // These wait for an event, do periodic work, contain a loop, or leave it.
    let is_other = |expr: &Expr| match expr {
        Expr::Await(awaited) => !is_pause(&awaited.base),
        Expr::MethodCall(call) => call.method == "tick",
        Expr::Match(matched) => {
            let leaves = |arm: &syn::Arm| is_failure(&arm.pat) && leaves_loop(&arm.body);
            tried(&matched.expr).is_some() && matched.arms.iter().any(leaves)
        }
        expr => matches!(expr, Expr::While(_)),
    };
    let is_call = |expr: &Expr| matches!(expr, Expr::Call(_) | Expr::MethodCall(_));
    let works = |stmt: &Stmt| match stmt {
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| {
            init.diverge.as_ref().is_some_and(|(_, other)| leaves_loop(other)) && tried(&init.expr).is_some()
        }),
        Stmt::Expr(expr, _) => !is_pause(expr) && !leaves(expr) && tried(expr).is_none() && happens_in(expr, is_call),
        _ => false,
    };
    if happens_in_block(body, is_other) || body.stmts.iter().any(works) {
        return None;
    }
    // `while let Ok(item) = queue.try_recv()` ends when the queue is empty.
    if let Some(method) = cond.and_then(tried) {
        return cond.is_some_and(fails).then_some(method);
    }
    let mut found = None;
    happens_in_block(body, finds_try(&mut found));
    found
}

/// Returns whether the condition holds after a failure: `….is_err()`, `let Err(_) = …`.
fn fails(cond: &Expr) -> bool {
    match cond {
        Expr::MethodCall(call) => is_one(&call.method, &["is_err", "is_none"]),
        Expr::Unary(not) => matches!(&*not.expr, Expr::MethodCall(call) if is_one(&call.method, &["is_ok", "is_some"])),
        Expr::Let(condition) => is_failure(&condition.pat),
        _ => false,
    }
}

/// Returns whether the pattern matches `Err(_)` or `None`, but not only a closed channel.
fn is_failure(pat: &Pat) -> bool {
    let text = pat.to_token_stream().to_string();
    match pat {
        Pat::Guard(guarded) => is_failure(&guarded.pat),
        Pat::TupleStruct(wrapped) if wrapped.path.is_ident("Err") => {
            text.contains("Empty") || !text.contains("Disconnected") && !text.contains("Closed")
        }
        _ => text == "None" || text == "_",
    }
}

fn tried(expr: &Expr) -> Option<(Ident, String)> {
    let mut found = None;
    happens_in(expr, finds_try(&mut found));
    found
}

fn finds_try(found: &mut Option<(Ident, String)>) -> impl FnMut(&Expr) -> bool {
    |expr| {
        if let Expr::MethodCall(call) = expr
            && let Some(instead) = call.method.to_string().strip_prefix("try_").filter(|name| TRIES.contains(name))
        {
            found.get_or_insert_with(|| (call.method.clone(), instead.to_owned()));
        }
        found.is_some()
    }
}
