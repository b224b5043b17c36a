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

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::{Happens, happens_in_block};

pub(super) const RULE: Rule = Rule { name: "no_await", check };

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
                ["check", "is_cancelled"].iter().any(|name| call.method == name) || call.args.iter().any(is_ctx)
            }
            Expr::Call(call) => call.args.iter().any(is_ctx),
            _ => false,
        }
    }

    fn unknown_macro(&mut self) -> bool {
        true
    }
}

/// `ctx`, `&ctx`, or `ctx.clone()`
fn is_called(arg: &Expr, ctx: &Ident) -> bool {
    match arg {
        Expr::Path(path) => path.path.is_ident(ctx),
        Expr::Reference(reference) => is_called(&reference.expr, ctx),
        Expr::MethodCall(call) => call.method == "clone" && is_called(&call.receiver, ctx),
        _ => false,
    }
}
