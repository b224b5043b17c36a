//! `no_await`: a body that nothing can cancel, because it never waits and never looks. Its page is
//! `docs/no_await.md`.

use syn::{Expr, Ident};

use crate::engine::function::Role;
use crate::engine::rule::{Findings, Rule};
use crate::walk::code::Code;
use crate::walk::context::is_ctx;
use crate::walk::happens::{Happens, happens_in, happens_in_block};
use crate::walk::syntax::is_one;

pub(crate) const RULE: Rule = Rule { name: "no_await", check };

/// Methods of a context that ask about its end.
const LOOKS: [&str; 9] =
    ["check", "has_ended", "is_cancelled", "cause", "deadline", "remaining", "on_cancel", "run", "sleep"];

/// Methods that ask about an end, whatever they are called on.
const ASKS: [&str; 3] = ["check", "has_ended", "is_cancelled"];

fn check(code: &Code<'_>, findings: &mut Findings) {
    // Only an attribute promises that the body can be cancelled.
    let promises = matches!(code.role, Role::Interrupted | Role::Graceful);
    let can_end = || happens_in_block(code.block, CanEnd { ctx: code.ctx() });
    if !promises || !code.is_async || code.block.stmts.is_empty() || can_end() {
        return;
    }
    let ctx = if code.ctx.is_some() { code.ctx_name() } else { "Context::current()".to_owned() };
    findings.add(
        code.name,
        format!("`{}` never awaits, so nothing can cancel it", code.name),
        format!("look at the context where the work is, `{ctx}.checkpoint().await?`, or leave the attribute out"),
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
                is_one(&call.method, &LOOKS) && (self.ctx.is_none() || is_the_ctx(&call.receiver))
                    || is_one(&call.method, &ASKS)
                    || call.args.iter().any(is_the_ctx)
            }
            Expr::Call(call) => call.args.iter().any(is_the_ctx),
            // `items.iter().try_for_each(|item| { ctx.check()?; … })`; an `.await` in it is not
            // this body's.
            Expr::Closure(closure) => closure.asyncness.is_none() && looks(&closure.body, self.ctx),
            _ => false,
        }
    }

    fn unknown_macro(&mut self) -> bool {
        true
    }
}

/// Returns whether a closure asks the context.
fn looks(body: &Expr, ctx: Option<&Ident>) -> bool {
    let is_the_ctx = |expr: &Expr| ctx.is_some_and(|ctx| is_ctx(expr, ctx));
    happens_in(body, |expr: &Expr| match expr {
        Expr::MethodCall(call) => is_one(&call.method, &LOOKS) && is_the_ctx(&call.receiver),
        Expr::Call(call) => call.args.iter().any(is_the_ctx),
        _ => false,
    })
}
