//! `await_after_end`: an `.await` with a context that is known to have ended. Documented in
//! `docs/await_after_end.md`.

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprAwait, Ident, Item, Pat, Path, Stmt, Token};

use crate::engine::rule::{Findings, Rule};
use crate::walk::context::is_ctx;
use crate::walk::fn_body::FnBody;
use crate::walk::happens::{Happens, happens_in};
use crate::walk::open::is_select;
use crate::walk::place::{each_block, each_expr};
use crate::walk::syntax::{binds, call, is_one, root};

pub(crate) const RULE: Rule = Rule { name: "await_after_end", check };

/// Methods that return once the context has ended.
const END_METHODS: [&str; 3] = ["cancelled", "into_cancelled", "cancelled_owned"];

/// Methods that return whether the context has ended.
const STATE_METHODS: [&str; 2] = ["has_ended", "is_cancelled"];

/// Methods that return a `ContextError` if the context has ended.
const CHECK_METHODS: [&str; 4] = ["check", "checkpoint", "run", "sleep"];

/// Methods that wait, and fail if the context has ended.
const WAIT_METHODS: [&str; 3] = ["run", "sleep", "checkpoint"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let Some(ctx) = code.ctx() else { return };
    each_expr(code.block, &mut |expr, _| match expr {
        Expr::Match(select) if is_select(select) => {
            let Expr::Tuple(futures) = &*select.expr else { return };
            for (future, arm) in futures.elems.iter().zip(&select.arms) {
                if waits_for_end(future, ctx) {
                    report(&arm.body, ctx, findings);
                }
            }
        }
        Expr::Match(matched) => {
            for arm in matched.arms.iter().filter(|arm| matches_end(&arm.pat, &matched.expr, ctx)) {
                report(&arm.body, ctx, findings);
            }
        }
        Expr::If(branch) => {
            let ended = match &*branch.cond {
                Expr::Let(condition) => matches_end(&condition.pat, &condition.expr, ctx),
                cond => checks_end(cond, ctx),
            };
            if ended {
                report_in(&branch.then_branch.stmts, ctx, findings);
            }
        }
        _ => {}
    });
    // `ctx.cancelled().await;` and the statements that follow it in the block.
    each_block(code.block, &mut |block: &Block| {
        let is_end = |stmt: &Stmt| match stmt {
            Stmt::Expr(expr, _) => waits_for_end(expr, ctx),
            Stmt::Local(local) => local.init.as_ref().is_some_and(|init| waits_for_end(&init.expr, ctx)),
            _ => false,
        };
        if let Some(index) = block.stmts.iter().position(is_end) {
            report_in(&block.stmts[index + 1..], ctx, findings);
        }
    });
}

/// `ctx.cancelled().await`
fn waits_for_end(expr: &Expr, ctx: &Ident) -> bool {
    let Expr::Await(awaited) = expr else { return false };
    matches!(&*awaited.base, Expr::MethodCall(call) if is_one(&call.method, &END_METHODS) && is_ctx(&call.receiver, ctx))
}

/// `ctx.has_ended()`, `ctx.check().is_err()`
fn checks_end(cond: &Expr, ctx: &Ident) -> bool {
    let Expr::MethodCall(call) = cond else { return false };
    let is_look =
        || matches!(&*call.receiver, Expr::MethodCall(look) if look.method == "check" && is_ctx(&look.receiver, ctx));
    is_one(&call.method, &STATE_METHODS) && is_ctx(&call.receiver, ctx) || call.method == "is_err" && is_look()
}

/// Returns whether the pattern is `Err(_)` of `ctx.check()`, or that of a `ContextError`.
fn matches_end(pat: &Pat, scrutinee: &Expr, ctx: &Ident) -> bool {
    let mut scrutinee = scrutinee;
    while let Expr::Await(awaited) = scrutinee {
        scrutinee = &awaited.base;
    }
    let is_look = matches!(scrutinee, Expr::MethodCall(call) if is_one(&call.method, &CHECK_METHODS) && is_ctx(&call.receiver, ctx));
    let is_err = matches!(pat, Pat::TupleStruct(wrapped) if wrapped.path.is_ident("Err"));
    let takes_ctx = || call(scrutinee).is_some_and(|(_, args)| args.iter().any(|arg| is_ctx(arg, ctx)));
    is_err && (is_look || takes_ctx() && is_end_pattern(pat))
}

/// Returns whether the pattern names `ContextError::Cancelled(_)`; an exceeded limit may be that
/// of the callee.
fn is_end_pattern(pat: &Pat) -> bool {
    struct Named(bool);
    impl<'a> Visit<'a> for Named {
        fn visit_path(&mut self, path: &'a Path) {
            let mut segments = path.segments.iter().rev();
            let is_cancelled = segments.next().is_some_and(|last| last.ident == "Cancelled");
            self.0 |= is_cancelled && segments.next().is_some_and(|of| of.ident == "ContextError");
        }
    }
    let mut named = Named(false);
    named.visit_pat(pat);
    named.0
}

fn report(body: &Expr, ctx: &Ident, findings: &mut Findings) {
    Awaits { ctx, findings }.visit_expr(body);
}

fn report_in(stmts: &[Stmt], ctx: &Ident, findings: &mut Findings) {
    for stmt in stmts {
        // The `let` binds another context of the same name.
        if let Stmt::Local(local) = stmt
            && binds(&local.pat, ctx)
        {
            return;
        }
        Awaits { ctx, findings: &mut *findings }.visit_stmt(stmt);
    }
}

/// Finds the `.await`s of calls that receive the context.
struct Awaits<'f> {
    ctx: &'f Ident,
    findings: &'f mut Findings,
}

impl<'a> Visit<'a> for Awaits<'_> {
    fn visit_expr_await(&mut self, awaited: &'a ExprAwait) {
        let mut uses = Uses { ctx: self.ctx, at: None };
        happens_in(&awaited.base, &mut uses);
        match uses.at {
            Some(at) => self.findings.add(
                &at,
                format!("`{at}` has ended here, so this call is interrupted before it does anything"),
                format!("write `{at}.shield(…).await`, or pass `{at}.detach().with_timeout(limit)`"),
            ),
            None => visit::visit_expr_await(self, awaited),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if !matches!(expr, Expr::Closure(_) | Expr::Async(_)) {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_item(&mut self, _: &'a Item) {}
}

/// Finds the context in an awaited call.
struct Uses<'u> {
    ctx: &'u Ident,
    at: Option<Ident>,
}

fn given<'a>(args: &'a Punctuated<Expr, Token![,]>, ctx: &Ident) -> Option<&'a Ident> {
    args.iter().find(|arg| is_ctx(arg, ctx)).and_then(root)
}

impl Happens for &mut Uses<'_> {
    fn expr(&mut self, expr: &Expr) -> bool {
        let at = match expr {
            Expr::MethodCall(call) if is_one(&call.method, &WAIT_METHODS) && is_ctx(&call.receiver, self.ctx) => {
                root(&call.receiver)
            }
            Expr::MethodCall(call) => given(&call.args, self.ctx),
            Expr::Call(call) => given(&call.args, self.ctx),
            _ => None,
        };
        self.at = self.at.take().or_else(|| at.cloned());
        self.at.is_some()
    }

    /// A shield polls its future to completion.
    fn enters(&self, expr: &Expr) -> bool {
        !matches!(expr, Expr::MethodCall(call) if call.method == "shield") && !matches!(expr, Expr::Closure(_))
    }
}
