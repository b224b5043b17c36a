//! `lock_across_await`: the guard of a blocking lock that is alive at an `.await`.
//!
//! Forbids a guard of `std::sync` or `parking_lot` that lives across an `.await`. The task may be away for long with the lock held;
//! another task on the same thread that locks blocks the thread, and with it the first one: a deadlock.
//!
//! Instead: a block of its own around the locked part, `drop(guard)` in front of the `.await`, or `tokio::sync::Mutex`.
//!
//! Limits: guards are recognised by `lock()`, `lock().unwrap()`, `read().unwrap()` and `write().unwrap()`, in a `let`, or in what a
//! `match`, `if let`, `while let` or `for` looks at. A guard that comes out of a function is not seen; Clippy's
//! `await_holding_lock`, which knows types, sees those.

use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprMethodCall, Ident, Local, Macro, Pat, Stmt};

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::{each_block, each_expr, happens_in, happens_in_block, happens_in_stmt, is_await};
use crate::params::mentions;

pub(super) const RULE: Rule = Rule { name: "lock_across_await", check };

fn check(code: &Code, findings: &mut Findings) {
    each_block(&code.block, &mut |block| in_block(block, findings));
    each_expr(&code.block, &mut |expr, _| {
        let (looked_at, body_awaits) = match expr {
            Expr::Match(matched) => {
                let awaits = matched.arms.iter().any(|arm| happens_in(&arm.body, is_await));
                (&*matched.expr, awaits)
            }
            Expr::If(branch) => match &*branch.cond {
                Expr::Let(condition) => (&*condition.expr, happens_in_block(&branch.then_branch, is_await)),
                _ => return,
            },
            Expr::While(turn) => match &*turn.cond {
                Expr::Let(condition) => (&*condition.expr, happens_in_block(&turn.body, is_await)),
                _ => return,
            },
            Expr::ForLoop(turn) => (&*turn.expr, happens_in_block(&turn.body, is_await)),
            _ => return,
        };
        if body_awaits && let Some(lock) = temporary_guard(looked_at) {
            report(lock, findings);
        }
    });
}

fn report(lock: &Ident, findings: &mut Findings) {
    findings.add(
        lock,
        "the guard of this lock is alive at an `.await`: while the task waits, whoever locks blocks a thread",
        "end it before the `.await`: a block of its own, or `drop(guard)`; or use `tokio::sync::Mutex`",
    );
}

fn in_block(block: &Block, findings: &mut Findings) {
    for (index, stmt) in block.stmts.iter().enumerate() {
        let Stmt::Local(local) = stmt else { continue };
        let Some((guard, lock)) = guard(local) else { continue };
        for later in &block.stmts[index + 1..] {
            // Moved or dropped: not ours to follow any further.
            if is_moved_in(later, guard) {
                break;
            }
            if happens_in_stmt(later, is_await) {
                report(lock, findings);
                break;
            }
        }
    }
}

/// `let guard = ….lock()…;`
fn guard(local: &Local) -> Option<(&Ident, &Ident)> {
    let Pat::Ident(name) = &local.pat else { return None };
    Some((&name.ident, locks(&local.init.as_ref()?.expr)?))
}

/// `lock` in an expression whose value is a guard.
fn locks(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::MethodCall(call) if call.args.is_empty() && call.method == "lock" => Some(&call.method),
        Expr::MethodCall(call) => locks_result(call),
        Expr::Try(tried) => match &*tried.expr {
            Expr::MethodCall(call) if call.args.is_empty() && call.method == "lock" => Some(&call.method),
            _ => None,
        },
        _ => None,
    }
}

fn locks_result(call: &ExprMethodCall) -> Option<&Ident> {
    if !["unwrap", "expect", "unwrap_or_else"].iter().any(|name| call.method == name) {
        return None;
    }
    let Expr::MethodCall(lock) = &*call.receiver else { return None };
    let is_lock = lock.args.is_empty() && ["lock", "read", "write"].iter().any(|name| lock.method == name);
    is_lock.then_some(&lock.method)
}

/// A guard that is a temporary of an expression, whatever is done with it.
fn temporary_guard(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::MethodCall(call) => match locks_result(call) {
            Some(lock) => Some(lock),
            None if call.args.is_empty() && call.method == "lock" => Some(&call.method),
            None => temporary_guard(&call.receiver),
        },
        Expr::Field(field) => temporary_guard(&field.base),
        Expr::Reference(reference) => temporary_guard(&reference.expr),
        Expr::Unary(unary) => temporary_guard(&unary.expr),
        Expr::Paren(paren) => temporary_guard(&paren.expr),
        Expr::Index(index) => temporary_guard(&index.expr),
        _ => None,
    }
}

/// Whether `name` stands somewhere by itself: an argument, a value, the end of a block.
fn is_moved_in(stmt: &Stmt, name: &Ident) -> bool {
    struct Moved<'n>(&'n Ident, bool);
    impl<'a> Visit<'a> for Moved<'_> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            let used_by_value: Vec<&Expr> = match expr {
                Expr::Call(call) => call.args.iter().collect(),
                Expr::MethodCall(call) => call.args.iter().collect(),
                Expr::Assign(assign) => vec![&assign.right],
                Expr::Tuple(tuple) => tuple.elems.iter().collect(),
                Expr::Await(awaited) => vec![&awaited.base],
                Expr::Return(value) => value.expr.iter().map(|value| &**value).collect(),
                _ => Vec::new(),
            };
            self.1 |=
                used_by_value.into_iter().any(|value| matches!(value, Expr::Path(path) if path.path.is_ident(self.0)));
            visit::visit_expr(self, expr);
        }

        fn visit_local(&mut self, local: &'a Local) {
            let value = local.init.as_ref().map(|init| &*init.expr);
            self.1 |= matches!(value, Some(Expr::Path(path)) if path.path.is_ident(self.0));
            visit::visit_local(self, local);
        }

        fn visit_macro(&mut self, mac: &'a Macro) {
            self.1 |= mentions(&mac.tokens, self.0);
        }
    }
    let mut moved = Moved(name, false);
    moved.visit_stmt(stmt);
    moved.1
}
