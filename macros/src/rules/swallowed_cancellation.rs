//! `swallowed_cancellation`: an interruption that is caught and goes no further.
//!
//! Forbids throwing away what `check()` or `checkpoint()` of the context say (`let _ =`, `.ok();`), and a `match` or `if let` that catches a
//! `ContextError` and neither passes it on nor leaves. A context stays ended: who goes on after that does work that nobody
//! wants, and often in circles.
//!
//! Instead: `?`, or clean up and return the error. A `DeadlineExceeded` may be caught: the limit may be that of the callee
//! alone, and what comes instead of its result is the caller's business.
//!
//! Limits: passing on is any `return`, `break`, `?`, `Err(…)` or use of what the pattern binds. A `ContextError` inside an error of your
//! own is recognised only by its name.
//!
//! Modelled on `SwallowedCancellationException` of detekt, and ASYNC103 of flake8-async.

use syn::visit::{self, Visit};
use syn::{Expr, Ident, Pat, Stmt};

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::{Happens, each_block, each_expr, happens_in, happens_in_block};

pub(super) const RULE: Rule = Rule { name: "swallowed_cancellation", check };

const HELP: &str = "pass it on with `?`, or clean up and return it";

fn check(code: &Code, findings: &mut Findings) {
    each_block(&code.block, &mut |block| {
        for stmt in &block.stmts {
            if let Some(thrown) = thrown_away(code, stmt) {
                findings.add(thrown, "what this says of the context is thrown away", "write `?`");
            }
        }
    });
    each_expr(&code.block, &mut |expr, _| match expr {
        Expr::Match(matched) => {
            for arm in &matched.arms {
                let passes = happens_in(&arm.body, PassesOn(&arm.pat));
                caught(&arm.pat, passes, findings);
            }
        }
        Expr::If(branch) => {
            if let Expr::Let(condition) = &*branch.cond {
                caught(&condition.pat, happens_in_block(&branch.then_branch, PassesOn(&condition.pat)), findings);
            }
        }
        _ => {}
    });
}

fn caught(pat: &Pat, passes_on: bool, findings: &mut Findings) {
    if !passes_on && let Some(name) = context_error(pat) {
        findings.add(name, "the interruption is caught here and goes no further", HELP);
    }
}

/// `let _ = ctx.check();`, `ctx.checkpoint().await.ok();`
fn thrown_away<'a>(code: &Code, stmt: &'a Stmt) -> Option<&'a Ident> {
    match stmt {
        Stmt::Local(local) if matches!(local.pat, Pat::Wild(_)) => look(code, &local.init.as_ref()?.expr),
        Stmt::Expr(Expr::MethodCall(call), Some(_)) if call.method == "ok" || call.method == "unwrap_or_default" => {
            look(code, &call.receiver)
        }
        Stmt::Expr(Expr::Assign(assign), _) if matches!(&*assign.left, Expr::Infer(_)) => look(code, &assign.right),
        _ => None,
    }
}

/// `ctx.check()` or `ctx.checkpoint().await`
fn look<'a>(code: &Code, expr: &'a Expr) -> Option<&'a Ident> {
    match expr {
        Expr::Await(awaited) => look(code, &awaited.base),
        Expr::MethodCall(call) if call.method == "check" || call.method == "checkpoint" => {
            let is_ctx = matches!(&*call.receiver, Expr::Path(path) if path.path.get_ident() == code.ctx.as_ref());
            (is_ctx && code.ctx.is_some()).then_some(&call.method)
        }
        Expr::MethodCall(call) if call.method == "ok" => look(code, &call.receiver),
        _ => None,
    }
}

/// The name in a pattern that says that it is one, and not only a limit that was exceeded.
fn context_error(pat: &Pat) -> Option<Ident> {
    struct Named(Option<Ident>);
    impl<'a> Visit<'a> for Named {
        fn visit_path(&mut self, path: &'a syn::Path) {
            let is_limit = path.segments.last().is_some_and(|last| last.ident == "DeadlineExceeded");
            let named = path.segments.iter().find(|segment| segment.ident == "ContextError" && !is_limit);
            self.0 = self.0.take().or_else(|| named.map(|segment| segment.ident.clone()));
        }
    }
    let mut named = Named(None);
    named.visit_pat(pat);
    named.0
}

/// Leaves, makes an error, or uses what the pattern has bound.
struct PassesOn<'p>(&'p Pat);

impl Happens for PassesOn<'_> {
    fn expr(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Return(_) | Expr::Break(_) | Expr::Try(_) => true,
            Expr::Path(path) => {
                path.path.segments.last().is_some_and(|last| last.ident == "Err")
                    || path.path.get_ident().is_some_and(|name| binds(self.0, name))
            }
            _ => false,
        }
    }

    fn unknown_macro(&mut self) -> bool {
        true
    }
}

fn binds(pat: &Pat, name: &Ident) -> bool {
    struct Bound<'n>(&'n Ident, bool);
    impl<'a> Visit<'a> for Bound<'_> {
        fn visit_pat_ident(&mut self, pat: &'a syn::PatIdent) {
            self.1 |= pat.ident == *self.0;
            visit::visit_pat_ident(self, pat);
        }
    }
    let mut bound = Bound(name, false);
    bound.visit_pat(pat);
    bound.1
}
