//! `context_not_passed`: a call of a function that has a variant with a context. Documented in
//! `docs/context_not_passed.md`.
//!
//! Modelled on `noctx` for Go.

use quote::ToTokens;
use syn::Expr;

use crate::crate_check::calls::Calls;
use crate::engine::rule::Findings;
use crate::walk::fn_body::FnBody;
use crate::walk::place::each_expr;

pub(crate) const NAME: &str = "context_not_passed";

const SUFFIXES: [&str; 8] = [
    "_ctx",
    "_with_ctx",
    "_with_context",
    "_in_context",
    "_with_token",
    "_with_cancellation",
    "_with_cancellation_token",
    "_cancellable",
];

pub(crate) fn check(code: &FnBody<'_>, calls: &Calls<'_>, findings: &mut Findings) {
    let Some(ctx) = code.ctx() else { return };
    each_expr(code.block, &mut |expr, _| {
        let Some(callee) = calls.callee(code, expr).filter(|callee| calls.context(callee.facts).is_none()) else {
            return;
        };
        let Some(name) = callee.path.last() else { return };
        let variants: Vec<_> = SUFFIXES.iter().map(|suffix| format!("{name}{suffix}")).collect();
        // The variant may be implemented with the other function.
        if let Some(variant) = calls.sibling(&callee.path, &variants).filter(|variant| code.name != variant) {
            let at = match expr {
                Expr::Call(call) => call.func.to_token_stream(),
                Expr::MethodCall(call) => call.method.to_token_stream(),
                expr => expr.to_token_stream(),
            };
            findings.add(
                at,
                format!("`{name}` takes no context, but its variant `{variant}` does"),
                format!("write `{variant}({ctx}, …)`"),
            );
        }
    });
}
