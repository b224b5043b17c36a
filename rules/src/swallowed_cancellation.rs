//! `swallowed_cancellation`: an interruption that is caught and not passed on. Documented in
//! `docs/swallowed_cancellation.md`.
//!
//! Modelled on `SwallowedCancellationException` of detekt, and ASYNC103 of flake8-async.

use syn::visit::Visit;
use syn::{Expr, Ident, Local, Pat, Path, Stmt};

use crate::engine::rule::{Findings, Rule};
use crate::walk::context::is_ctx;
use crate::walk::ends::leaves_loop;
use crate::walk::fn_body::FnBody;
use crate::walk::happens::{Happens, happens_in, happens_in_block};
use crate::walk::names::Names;
use crate::walk::open;
use crate::walk::place::{each_block, each_expr};
use crate::walk::syntax::{binds, called, called_as_function, is_one};

pub(crate) const RULE: Rule = Rule { name: "swallowed_cancellation", check };

const HELP: &str = "return it with `?`; for clean-up, write `ctx.shield(…).await` before";

const DISCARDED: &str = "this result tells whether the context has ended, and is discarded";

/// Methods of a context that return a `ContextError` when it has ended.
const CHECK_METHODS: [&str; 4] = ["check", "checkpoint", "run", "sleep"];

/// Methods that replace an error by a value.
const REPLACING_METHODS: [&str; 3] = ["unwrap_or", "unwrap_or_default", "unwrap_or_else"];

/// Methods that discard a `Result` if their own result is unused.
const DISCARDING_METHODS: [&str; 5] = ["ok", "unwrap_or_default", "unwrap_or", "unwrap_or_else", "is_ok"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    each_block(code.block, &mut |block| {
        for stmt in &block.stmts {
            if let Some(discarded) = discarded_check(code, stmt) {
                findings.add(discarded, DISCARDED, "write `?`");
            }
        }
    });
    // The last expression of a function that returns `()` swallows nothing: nothing runs after it.
    let last = code.block.stmts.last().filter(|_| code.is_unit).and_then(|stmt| match stmt {
        Stmt::Expr(expr, _) => Some(expr),
        _ => None,
    });
    each_expr(code.block, &mut |expr, at| match expr {
        expr if last.is_some_and(|last| std::ptr::eq(last, expr)) => {}
        Expr::Match(matched) => {
            for arm in &matched.arms {
                let passes = happens_in(&arm.body, PassesOn(&arm.pat));
                caught(code, &arm.pat, &matched.expr, passes, findings);
            }
        }
        Expr::If(branch) => {
            if let Expr::Let(condition) = &*branch.cond {
                let passes = happens_in_block(&branch.then_branch, PassesOn(&condition.pat));
                caught(code, &condition.pat, &condition.expr, passes, findings);
            }
        }
        Expr::While(loop_expr) => {
            if let Expr::Let(condition) = &*loop_expr.cond {
                let passes = happens_in_block(&loop_expr.body, PassesOn(&condition.pat));
                caught(code, &condition.pat, &condition.expr, passes, findings);
            }
        }
        // `ctx.run(load()).await.unwrap_or(0)`; the statement form was reported above.
        Expr::MethodCall(call)
            if is_one(&call.method, &REPLACING_METHODS) && !matches!(at.statement(), Some(Stmt::Expr(..))) =>
        {
            if let Some(look) = check_call(code, &call.receiver) {
                findings.add(look, DISCARDED, "write `?`");
            }
        }
        _ => {}
    });
}

fn caught(code: &FnBody<'_>, pat: &Pat, looked_at: &Expr, passes_on: bool, findings: &mut Findings) {
    if passes_on {
        return;
    }
    let of_look = || check_call(code, looked_at).filter(|_| is_any_error(pat)).cloned();
    if let Some(at) = context_error(&code.names, pat).or_else(of_look) {
        findings.add(at, "the interruption is caught here and not passed on", HELP);
    }
}

/// `Err(_)`, `Err(why)`
fn is_any_error(pat: &Pat) -> bool {
    matches!(pat, Pat::TupleStruct(wrapped) if wrapped.path.is_ident("Err")
        && wrapped.elems.iter().all(|elem| matches!(elem, Pat::Wild(_) | Pat::Ident(_) | Pat::Rest(_))))
}

/// `let _ = ctx.check();`, `ctx.checkpoint().await.ok();`, `drop(ctx.check());`,
/// `let Ok(n) = ctx.run(…).await else { continue };`
fn discarded_check<'a>(code: &FnBody<'_>, stmt: &'a Stmt) -> Option<&'a Ident> {
    match stmt {
        Stmt::Local(local) if matches!(local.pat, Pat::Wild(_)) || continues_without(local) => {
            check_call(code, &local.init.as_ref()?.expr)
        }
        Stmt::Expr(Expr::MethodCall(call), Some(_)) if is_one(&call.method, &DISCARDING_METHODS) => {
            check_call(code, &call.receiver)
        }
        Stmt::Expr(Expr::Call(call), Some(_)) => {
            let is_drop = called(call)?.segments.last()?.ident == "drop";
            check_call(code, call.args.first().filter(|_| is_drop)?)
        }
        Stmt::Expr(Expr::Assign(assign), _) if matches!(&*assign.left, Expr::Infer(_)) => {
            check_call(code, &assign.right)
        }
        _ => None,
    }
}

/// Returns whether a `let … else` stays in the loop, as `continue` does.
fn continues_without(local: &Local) -> bool {
    local.init.as_ref().and_then(|init| init.diverge.as_ref()).is_some_and(|(_, other)| !leaves_loop(other))
}

/// `ctx.check()`, `ctx.checkpoint().await`, `Context::check(&ctx)`
fn check_call<'a>(code: &FnBody<'_>, expr: &'a Expr) -> Option<&'a Ident> {
    let of_ctx = |value: &Expr, name: &'a Ident| {
        let is_the_ctx = code.ctx().is_some_and(|ctx| is_ctx(value, ctx));
        (is_the_ctx && is_one(name, &CHECK_METHODS)).then_some(name)
    };
    match expr {
        Expr::Await(awaited) => check_call(code, &awaited.base),
        Expr::MethodCall(call) if is_one(&call.method, &DISCARDING_METHODS) => check_call(code, &call.receiver),
        Expr::MethodCall(call) => of_ctx(&call.receiver, &call.method),
        expr => called_as_function(expr).and_then(|(first, name)| of_ctx(first, name)),
    }
}

/// The name in a pattern that matches a `ContextError`, except for only an exceeded limit.
fn context_error(names: &Names<'_>, pat: &Pat) -> Option<Ident> {
    struct Named<'n, 'm>(&'n Names<'m>, Option<Ident>);
    impl<'a> Visit<'a> for Named<'_, '_> {
        fn visit_path(&mut self, path: &'a Path) {
            let full = self.0.segments(path);
            let is_limit = full.last().is_some_and(|last| last == "DeadlineExceeded");
            if full.iter().any(|segment| segment == "ContextError") && !is_limit {
                let named = path.segments.iter().find(|segment| segment.ident == "ContextError");
                let named = named.or_else(|| path.segments.first()).map(|segment| segment.ident.clone());
                self.1 = self.1.take().or(named);
            }
        }

        /// `Cancelled`, if imported, parses as a variable.
        fn visit_pat_ident(&mut self, pat: &'a syn::PatIdent) {
            if let Some((_, subpat)) = &pat.subpat {
                self.visit_pat(subpat);
            }
        }
    }
    let mut search = Named(names, None);
    search.visit_pat(pat);
    search.1
}

/// Finds an expression that leaves the block, returns an error, or uses the bound error.
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

    fn enters(&self, expr: &Expr) -> bool {
        !matches!(expr, Expr::Tuple(tuple) if open::is_only_shown(tuple))
    }

    fn unknown_macro(&mut self) -> bool {
        true
    }
}
