//! `no_await`: a body that nothing can cancel, because it never waits and never looks.
//!
//! Forbids `#[cancellable]` on a body without any `.await` that does not look at its context either. Cancellation arrives at an `.await`: once
//! such a body has begun, it runs to its end, whatever its context says, and the attribute promises what it cannot keep.
//!
//! Instead: in front of work that takes long, or in each turn of its loop, `ctx.checkpoint().await?` or `ctx.check()?`; or no attribute: an
//! `async fn` without it still implements the trait that wants it.
//!
//! Limits: an `.await` in a closure or an `async` block does not count, for it may run elsewhere. A body that hands its context to a function
//! counts as one that looks at it, an unknown macro (`todo!()`, too) may do anything, and an empty body is still to be written.

use proc_macro2::Ident;
use syn::Expr;

use crate::rule::{Findings, Rule};
use crate::walk::code::Code;
use crate::walk::{Happens, behind_references, happens_in_block, variable};

pub(super) const RULE: Rule = Rule { name: "no_await", check };

/// Methods of a context that ask about its end.
const LOOKS: [&str; 8] = ["check", "has_ended", "is_cancelled", "cause", "deadline", "remaining", "on_cancel", "run"];

fn check(code: &Code, findings: &mut Findings) {
    if !code.is_async || code.block.stmts.is_empty() || happens_in_block(&code.block, CanEnd { code }) {
        return;
    }
    let ctx = code
        .ctx
        .as_ref()
        .map_or_else(|| "Context::current()".to_owned(), |ctx| ctx.to_string().trim_start_matches('_').to_owned());
    findings.add(
        &code.name,
        format!("`{}` never awaits, so nothing can cancel it", code.name),
        format!("look at the context where the work is, `{ctx}.checkpoint().await?`, or leave the attribute out"),
    );
}

struct CanEnd<'c> {
    code: &'c Code,
}

impl Happens for CanEnd<'_> {
    fn expr(&mut self, expr: &Expr) -> bool {
        let is_ctx = |arg: &Expr| self.code.ctx.as_ref().is_some_and(|ctx| is_called(arg, ctx));
        match expr {
            Expr::Await(_) => true,
            Expr::MethodCall(call) => {
                LOOKS.iter().any(|name| call.method == name) && (self.code.ctx.is_none() || is_ctx(&call.receiver))
                    || ["check", "has_ended", "is_cancelled"].iter().any(|name| call.method == name)
                    || call.args.iter().any(is_ctx)
            }
            Expr::Call(call) => call.args.iter().any(is_ctx),
            // `items.iter().try_for_each(|item| { ctx.check()?; … })`; an `.await` in it is not this body's.
            Expr::Closure(closure) => closure.asyncness.is_none() && looks(&closure.body, self.code.ctx.as_ref()),
            _ => false,
        }
    }

    fn unknown_macro(&mut self) -> bool {
        true
    }
}

/// Whether a closure asks the context.
fn looks(body: &Expr, ctx: Option<&Ident>) -> bool {
    super::walk::happens_in(body, |expr: &Expr| match expr {
        Expr::MethodCall(call) => {
            LOOKS.iter().any(|name| call.method == name) && ctx.is_some_and(|ctx| is_called(&call.receiver, ctx))
        }
        Expr::Call(call) => call.args.iter().any(|arg| ctx.is_some_and(|ctx| is_called(arg, ctx))),
        _ => false,
    })
}

/// `ctx`, `&ctx`, or `ctx.clone()`
fn is_called(arg: &Expr, ctx: &Ident) -> bool {
    match behind_references(arg) {
        Expr::MethodCall(call) => call.method == "clone" && is_called(&call.receiver, ctx),
        arg => variable(arg).is_some_and(|name| name == ctx),
    }
}
