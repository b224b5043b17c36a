//! `no_await`: a body that cannot be cancelled, because it never waits and never checks the
//! context. Documented in `docs/no_await.md`.

use syn::{Expr, Ident};

use crate::engine::function::Role;
use crate::engine::rule::{Findings, Rule};
use crate::walk::context::is_ctx;
use crate::walk::fn_body::FnBody;
use crate::walk::happens::{Happens, happens_in, happens_in_block};
use crate::walk::syntax::is_one;

pub(crate) const RULE: Rule = Rule { name: "no_await", check };

/// Methods of a context that depend on its end.
const CONTEXT_METHODS: [&str; 9] =
    ["check", "has_ended", "is_cancelled", "cause", "deadline", "remaining", "on_cancel", "run", "sleep"];

/// Methods that check for an end, on any receiver.
const CHECK_METHODS: [&str; 3] = ["check", "has_ended", "is_cancelled"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    // Only an attribute promises that the body can be cancelled.
    let promises = matches!(code.role, Role::Interrupted | Role::Graceful);
    let can_end = || happens_in_block(code.block, CanEnd { ctx: code.ctx() });
    if !promises || !code.is_async || code.block.stmts.is_empty() || can_end() {
        return;
    }
    let ctx = if code.ctx.is_some() { code.ctx_name() } else { "Context::current()".to_owned() };
    findings.add(
        code.name,
        format!("`{}` never awaits, so it cannot be cancelled", code.name),
        format!("write `{ctx}.checkpoint().await?` in long work, or remove the attribute"),
    );
}

struct CanEnd<'c> {
    ctx: Option<&'c Ident>,
}

impl Happens for CanEnd<'_> {
    fn expr(&mut self, expr: &Expr) -> bool {
        let is_the_ctx = |arg: &Expr| self.ctx.is_some_and(|ctx| is_ctx(arg, ctx));
        match expr {
            Expr::Await(_) => true,
            Expr::MethodCall(call) => {
                is_one(&call.method, &CONTEXT_METHODS) && (self.ctx.is_none() || is_the_ctx(&call.receiver))
                    || is_one(&call.method, &CHECK_METHODS)
                    || call.args.iter().any(is_the_ctx)
            }
            Expr::Call(call) => call.args.iter().any(is_the_ctx),
            // `items.iter().try_for_each(|item| { ctx.check()?; … })`. An `.await` in a closure
            // belongs to another body.
            Expr::Closure(closure) => closure.asyncness.is_none() && checks_context(&closure.body, self.ctx),
            _ => false,
        }
    }

    fn unknown_macro(&mut self) -> bool {
        true
    }
}

/// Returns whether a closure checks the context.
fn checks_context(body: &Expr, ctx: Option<&Ident>) -> bool {
    let is_the_ctx = |expr: &Expr| ctx.is_some_and(|ctx| is_ctx(expr, ctx));
    happens_in(body, |expr: &Expr| match expr {
        Expr::MethodCall(call) => is_one(&call.method, &CONTEXT_METHODS) && is_the_ctx(&call.receiver),
        Expr::Call(call) => call.args.iter().any(is_the_ctx),
        _ => false,
    })
}
