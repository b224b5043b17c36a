//! `ignored_failure`: a loop that goes on after an interrupted call fails. Documented in
//! `docs/ignored_failure.md`.

use syn::{Arm, Block, Expr, Ident, Local, Pat, Stmt};

use crate::engine::rule::{Findings, Rule};
use crate::walk::context::is_ctx;
use crate::walk::ends::{block_leaves_loop, leaves_loop};
use crate::walk::fn_body::FnBody;
use crate::walk::happens::{Happens, happens_in, happens_in_block};
use crate::walk::open;
use crate::walk::place::{Place, each_expr};
use crate::walk::syntax::{binds, call, is_one};

pub(crate) const RULE: Rule = Rule { name: "ignored_failure", check };

/// Methods that ask a context or an error whether the context has ended.
const CHECK_METHODS: [&str; 9] = [
    "has_ended",
    "is_cancelled",
    "check",
    "checkpoint",
    "cancelled",
    "cancelled_owned",
    "into_cancelled",
    "is_interrupted",
    "run_until_cancelled",
];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let Some(ctx) = code.ctx() else { return };
    each_expr(code.block, &mut |expr, at| {
        let Expr::Await(awaited) = expr else { return };
        let Some((name, args)) = call(&awaited.base) else { return };
        if !args.iter().any(|arg| is_ctx(arg, ctx)) || !is_ignored(at) {
            return;
        }
        let body = at.exprs_of_body().find_map(|expr| match expr {
            Expr::Loop(loop_expr) => Some((&loop_expr.body, None)),
            Expr::While(loop_expr) => Some((&loop_expr.body, Some(&*loop_expr.cond))),
            Expr::ForLoop(loop_expr) => Some((&loop_expr.body, None)),
            _ => None,
        });
        let Some((body, cond)) = body else { return };
        let ends = |expr: &Expr| happens_in(expr, Ends { ctx });
        if !happens_in_block(body, Ends { ctx }) && !cond.is_some_and(ends) {
            findings.add(
                name,
                format!("once `{ctx}` has ended, `{name}` fails at once in each iteration of this loop"),
                format!("leave the loop: write `{ctx}.check()?` after the report, or return the error with `?`"),
            );
        }
    });
}

/// Returns whether the error is at most reported.
fn is_ignored(at: &Place<'_, '_>) -> bool {
    match (at.parent(), at.statement()) {
        (Some(Expr::Match(matched)), _) => {
            let errors: Vec<&Arm> = matched.arms.iter().filter(|arm| is_err(&arm.pat)).collect();
            !errors.is_empty() && errors.iter().all(|arm| is_only_shown(&arm.body, &arm.pat))
        }
        (Some(Expr::Let(condition)), _) => match at.exprs().find(|expr| matches!(expr, Expr::If(_))) {
            Some(Expr::If(branch)) if is_err(&condition.pat) => is_only_shown_in(&branch.then_branch, &condition.pat),
            // `if let Ok(item) = next(ctx).await { … }`
            Some(Expr::If(branch)) if is_ok(&condition.pat) => {
                branch.else_branch.as_ref().is_none_or(|(_, other)| is_only_shown(other, &condition.pat))
            }
            _ => false,
        },
        (None, Some(Stmt::Local(Local { pat, init: Some(init), .. }))) => match &init.diverge {
            Some((_, otherwise)) => is_ok(pat) && !leaves_loop(otherwise),
            None => matches!(pat, Pat::Wild(_)),
        },
        (Some(Expr::MethodCall(used)), _) => is_one(&used.method, &["ok", "is_err", "is_ok", "unwrap_or_default"]),
        _ => false,
    }
}

/// `Err(_)`, `Err(error)`: any error.
fn is_err(pat: &Pat) -> bool {
    matches!(pat, Pat::TupleStruct(wrapped) if wrapped.path.is_ident("Err")
    && wrapped.elems.iter().all(|elem| match elem {
        Pat::Ident(name) => name.subpat.is_none(),
        elem => matches!(elem, Pat::Wild(_) | Pat::Rest(_)),
    }))
}

fn is_ok(pat: &Pat) -> bool {
    matches!(pat, Pat::TupleStruct(wrapped) if wrapped.path.is_ident("Ok"))
}

fn is_only_shown(body: &Expr, pat: &Pat) -> bool {
    !leaves_loop(body) && !happens_in(body, UsesError(pat))
}

fn is_only_shown_in(body: &Block, pat: &Pat) -> bool {
    !block_leaves_loop(body) && !happens_in_block(body, UsesError(pat))
}

/// Finds an expression that leaves the block, or uses the error for more than a report.
struct UsesError<'p>(&'p Pat);

impl Happens for UsesError<'_> {
    fn expr(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Return(_) | Expr::Break(_) | Expr::Try(_) => true,
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| binds(self.0, name)),
            _ => false,
        }
    }

    fn enters(&self, expr: &Expr) -> bool {
        !matches!(expr, Expr::Tuple(tuple) if open::is_only_shown(tuple)) && !matches!(expr, Expr::Closure(_))
    }

    fn unknown_macro(&mut self) -> bool {
        true
    }
}

/// Finds a way out of the loop when the context ends: a check, or an error that is returned.
struct Ends<'c> {
    ctx: &'c Ident,
}

impl Happens for Ends<'_> {
    fn expr(&mut self, expr: &Expr) -> bool {
        let uses_ctx = |expr: &Expr| {
            happens_in(expr, |inner: &Expr| match inner {
                Expr::MethodCall(call) => {
                    is_ctx(&call.receiver, self.ctx) || call.args.iter().any(|arg| is_ctx(arg, self.ctx))
                }
                Expr::Call(call) => call.args.iter().any(|arg| is_ctx(arg, self.ctx)),
                _ => false,
            })
        };
        match expr {
            Expr::MethodCall(call) => is_one(&call.method, &CHECK_METHODS),
            Expr::Try(tried) => uses_ctx(&tried.expr),
            _ => false,
        }
    }

    fn unknown_macro(&mut self) -> bool {
        true
    }
}
