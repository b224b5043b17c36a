//! A loop that tries, and waits for nothing but time.

use syn::{Block, Expr, Ident, Pat, Stmt};

use super::{is_pause, is_pause_stmt};
use crate::rule::Findings;
use crate::walk::ends::{leaves, leaves_loop};
use crate::walk::happens::{Happens, happens_in, happens_in_block};
use crate::walk::syntax::{each_local, is_await, is_one};

const TRIES: [&str; 11] = [
    "try_recv",
    "try_lock",
    "try_read",
    "try_write",
    "try_acquire",
    "try_acquire_owned",
    "try_send",
    "try_reserve",
    "try_join_next",
    "try_next",
    "try_wait",
];

/// `cond` is that of a `while`.
pub(super) fn check(cond: Option<&Expr>, body: &Block, findings: &mut Findings) {
    // An `interval` is periodic work.
    let waits = |expr: &Expr| match expr {
        Expr::Await(awaited) => !is_pause(&awaited.base),
        Expr::MethodCall(call) => call.method == "tick",
        _ => false,
    };
    // Without a pause it is a drain, or ends when nothing is there.
    if happens_in_block(body, waits) || !happens_in_block(body, is_await) || ends(body) || works(body) {
        return;
    }
    let in_cond = cond.and_then(tried);
    // `while let Ok(item) = queue.try_recv()` ends when nothing is there.
    if in_cond.is_some() && !cond.is_some_and(fails) {
        return;
    }
    let mut in_body = Tried(None);
    happens_in_block(body, &mut in_body);
    if let Some(method) = in_cond.or(in_body.0) {
        let instead = method.to_string().replace("try_", "");
        let message = format!("this loop spins on `{method}` instead of waiting");
        findings.add(&method, message, format!("write `{instead}().await`"));
    }
}

/// `….is_err()`, `let Err(_) = …`: once more if it did not work.
fn fails(cond: &Expr) -> bool {
    match cond {
        Expr::MethodCall(call) => is_one(&call.method, &["is_err", "is_none"]),
        Expr::Unary(not) => matches!(&*not.expr, Expr::MethodCall(call) if is_one(&call.method, &["is_ok", "is_some"])),
        Expr::Let(condition) => is_failure(&condition.pat),
        _ => false,
    }
}

/// `Err(_)`, `None`, but not that the other side has gone.
fn is_failure(pat: &Pat) -> bool {
    match pat {
        Pat::TupleStruct(wrapped) => {
            let text = quote::ToTokens::to_token_stream(pat).to_string();
            let is_end = ["Disconnected", "Closed"].iter().any(|end| text.contains(end)) && !text.contains("Empty");
            wrapped.path.is_ident("Err") && !is_end
        }
        Pat::Ident(name) => name.ident == "None",
        Pat::Path(path) => path.path.is_ident("None"),
        Pat::Guard(guarded) => is_failure(&guarded.pat),
        pat => matches!(pat, Pat::Wild(_)),
    }
}

/// The loop ends when nothing is there.
fn ends(body: &Block) -> bool {
    let mut found = happens_in_block(body, |expr: &Expr| match expr {
        Expr::Match(matched) if tried(&matched.expr).is_some() => {
            matched.arms.iter().any(|arm| is_failure(&arm.pat) && leaves_loop(&arm.body))
        }
        _ => false,
    });
    each_local(body, &mut |local| {
        let Some(init) = &local.init else { return };
        let leaves = init.diverge.as_ref().is_some_and(|(_, otherwise)| leaves_loop(otherwise));
        found |= leaves && tried(&init.expr).is_some();
    });
    found
}

/// Whether a statement neither tries nor pauses.
fn works(body: &Block) -> bool {
    let is_call = |expr: &Expr| matches!(expr, Expr::Call(_) | Expr::MethodCall(_));
    let is_work = |expr: &Expr| !leaves(expr) && tried(expr).is_none() && happens_in(expr, is_call);
    body.stmts.iter().any(|stmt| matches!(stmt, Stmt::Expr(expr, _) if !is_pause_stmt(stmt) && is_work(expr)))
}

fn tried(expr: &Expr) -> Option<Ident> {
    let mut tried = Tried(None);
    happens_in(expr, &mut tried);
    tried.0
}

/// The first method that tries. A loop in the loop is looked at by itself.
struct Tried(Option<Ident>);

impl Happens for &mut Tried {
    fn expr(&mut self, expr: &Expr) -> bool {
        if let Expr::MethodCall(call) = expr
            && is_one(&call.method, &TRIES)
        {
            self.0.get_or_insert_with(|| call.method.clone());
        }
        self.0.is_some()
    }

    fn enters(&self, expr: &Expr) -> bool {
        !matches!(expr, Expr::Closure(_) | Expr::Async(_) | Expr::While(_))
    }
}
