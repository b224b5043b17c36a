//! `busy_wait`: asking again and again instead of waiting. Its page is `docs/busy_wait.md`.
//!
//! Modelled on ASYNC110 of flake8-async.

mod spin;

use syn::{Block, Expr, Stmt};

use crate::rule::{Findings, Rule};
use crate::walk::code::Code;
use crate::walk::ends::block_leaves;
use crate::walk::happens::happens_in_block;
use crate::walk::place::each_expr;
use crate::walk::syntax::{called, is_await};

pub(crate) const RULE: Rule = Rule { name: "busy_wait", check };

const WHAT: &str = "this loop asks again and again instead of waiting";

const HELP: &str = "wait for the event itself: `tokio::sync::Notify`, `watch`, or `ctx.cancelled().await`";

fn check(code: &Code<'_>, findings: &mut Findings) {
    each_expr(code.block, &mut |expr, at| match expr {
        // What has a thread of its own may spin.
        Expr::While(turn)
            if is_flag(&turn.cond, turn.body.stmts.is_empty())
                && only_pauses(&turn.body.stmts)
                && (at.is_async(code.is_async) || happens_in_block(&turn.body, is_await)) =>
        {
            findings.add(turn.while_token, WHAT, HELP);
        }
        Expr::Loop(turn) if asks_for_flag(&turn.body) => findings.add(turn.loop_token, WHAT, HELP),
        Expr::Loop(turn) => spin::check(None, &turn.body, findings),
        Expr::While(turn) => spin::check(Some(&turn.cond), &turn.body, findings),
        _ => {}
    });
}

/// A flag, possibly negated. Where nothing is done in between, only an atomic changes.
fn is_flag(expr: &Expr, only_atomic: bool) -> bool {
    match expr {
        Expr::Unary(not) => is_flag(&not.expr, only_atomic),
        Expr::Paren(paren) => is_flag(&paren.expr, only_atomic),
        Expr::MethodCall(call) if call.method == "load" => true,
        Expr::MethodCall(call) => {
            !only_atomic
                && call.args.is_empty()
                && ["borrow", "is_finished", "is_closed", "has_ended", "is_cancelled"]
                    .iter()
                    .any(|name| call.method == name)
        }
        Expr::Path(_) | Expr::Field(_) => !only_atomic,
        _ => false,
    }
}

fn only_pauses<'a>(stmts: impl IntoIterator<Item = &'a Stmt>) -> bool {
    stmts.into_iter().all(is_pause_stmt)
}

/// `loop { if ready.load(…) { break } sleep(…).await }`
fn asks_for_flag(body: &Block) -> bool {
    let is_question = |stmt: &&Stmt| match stmt {
        Stmt::Expr(Expr::If(branch), _) => {
            branch.else_branch.is_none() && is_flag(&branch.cond, false) && only_leaves(&branch.then_branch)
        }
        _ => false,
    };
    let (questions, others): (Vec<&Stmt>, Vec<&Stmt>) = body.stmts.iter().partition(is_question);
    !questions.is_empty() && !others.is_empty() && only_pauses(others) && happens_in_block(body, is_await)
}

/// Nothing but `break` or `return`.
fn only_leaves(block: &Block) -> bool {
    block.stmts.len() == 1 && block_leaves(block)
}

fn is_pause_stmt(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(expr, _) if is_pause(expr))
}

/// Waits for nothing but time, or looks at the context.
fn is_pause(expr: &Expr) -> bool {
    match expr {
        Expr::Await(awaited) => is_pause(&awaited.base),
        Expr::Try(tried) => is_pause(&tried.expr),
        Expr::Call(call) => called(call)
            .and_then(|path| path.segments.last())
            .is_some_and(|last| ["sleep", "yield_now", "spin_loop"].iter().any(|name| last.ident == name)),
        Expr::MethodCall(call) => {
            ["checkpoint", "check", "tick"].iter().any(|name| call.method == name) && call.args.is_empty()
        }
        _ => false,
    }
}
