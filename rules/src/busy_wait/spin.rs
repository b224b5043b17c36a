//! A loop that tries, and waits for nothing but time.

use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprMatch, ExprWhile, Item, Local, Pat, Stmt};

use super::{is_pause, is_pause_stmt};
use crate::rule::Findings;
use crate::walk::ends::{leaves, leaves_loop};
use crate::walk::happens::{happens_in, happens_in_block};
use crate::walk::syntax::is_await;

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
    if happens_in_block(body, waits) || !happens_in_block(body, is_await) {
        // Without a pause it is a drain, or ends when nothing is there.
        return;
    }
    let mut tries = Tries { tried: None, ends: false };
    match cond {
        Some(cond) if fails(cond) => tries.visit_expr(cond),
        // `while let Ok(item) = queue.try_recv()` ends when nothing is there.
        Some(cond) if tried(cond).is_some() => return,
        _ => {}
    }
    tries.visit_block(body);
    if tries.ends || works(body) {
        return;
    }
    if let Some(method) = tries.tried {
        let instead = method.to_string().replace("try_", "");
        findings.add(
            &method,
            format!("this loop spins on `{method}` instead of waiting"),
            format!("write `{instead}().await`"),
        );
    }
}

/// `….is_err()`, `let Err(_) = …`: once more if it did not work.
fn fails(cond: &Expr) -> bool {
    match cond {
        Expr::MethodCall(call) => call.method == "is_err" || call.method == "is_none",
        Expr::Unary(not) => {
            matches!(&*not.expr, Expr::MethodCall(call) if call.method == "is_ok" || call.method == "is_some")
        }
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
        Pat::Wild(_) => true,
        Pat::Guard(guarded) => is_failure(&guarded.pat),
        _ => false,
    }
}

/// A statement that neither tries nor pauses.
fn works(body: &Block) -> bool {
    let is_call = |expr: &Expr| matches!(expr, Expr::Call(_) | Expr::MethodCall(_));
    body.stmts.iter().any(|stmt| match stmt {
        Stmt::Expr(expr, _) => {
            !is_pause_stmt(stmt) && !leaves(expr) && tried(expr).is_none() && happens_in(expr, is_call)
        }
        _ => false,
    })
}

fn tried(expr: &Expr) -> Option<proc_macro2::Ident> {
    let mut tries = Tries { tried: None, ends: false };
    tries.visit_expr(expr);
    tries.tried
}

struct Tries {
    tried: Option<proc_macro2::Ident>,
    /// The loop ends when nothing is there.
    ends: bool,
}

impl<'a> Visit<'a> for Tries {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::MethodCall(call) if TRIES.iter().any(|name| call.method == name) => {
                self.tried.get_or_insert_with(|| call.method.clone());
            }
            Expr::Closure(_) | Expr::Async(_) => return,
            _ => {}
        }
        visit::visit_expr(self, expr);
    }

    /// A loop in the loop is looked at by itself.
    fn visit_expr_while(&mut self, turn: &'a ExprWhile) {
        self.visit_block(&turn.body);
    }

    fn visit_expr_match(&mut self, matched: &'a ExprMatch) {
        if tried(&matched.expr).is_some() {
            self.ends |= matched.arms.iter().any(|arm| is_failure(&arm.pat) && leaves_loop(&arm.body));
        }
        visit::visit_expr_match(self, matched);
    }

    fn visit_local(&mut self, local: &'a Local) {
        if let Some(init) = &local.init
            && let Some((_, otherwise)) = &init.diverge
            && tried(&init.expr).is_some()
        {
            self.ends |= leaves_loop(otherwise);
        }
        visit::visit_local(self, local);
    }

    fn visit_item(&mut self, _: &'a Item) {}
}
