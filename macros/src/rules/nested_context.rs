//! `nested_context`: a chain of contexts that grows with each turn of a loop.
//!
//! Forbids `ctx = ctx.with_…(…)` in a loop. Every turn adds a level, which lives as long as the last one: memory grows, and so
//! does the way that a look at the state has to walk.
//!
//! Instead: `let ctx = ctx.with_…(…);` inside the loop, a child for each turn; or derive once, before it.
//!
//! Limits: a chain that grows through another variable, a field or a function is not seen.
//!
//! Modelled on `fatcontext` for Go.

use quote::ToTokens;
use syn::{Expr, ExprMethodCall};

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::each_expr;

pub(super) const RULE: Rule = Rule { name: "nested_context", check };

const DERIVE: [&str; 4] = ["with_cancel", "with_timeout", "with_deadline", "with_value"];

fn check(code: &Code, findings: &mut Findings) {
    each_expr(&code.block, &mut |expr, place| {
        let Expr::Assign(assign) = expr else { return };
        let Some(call) = derivation(&assign.right) else { return };
        let text = |expr: &Expr| expr.to_token_stream().to_string();
        let from = text(&call.receiver);
        let assigned = match &*assign.left {
            Expr::Tuple(tuple) => tuple.elems.iter().any(|left| text(left) == from),
            left => text(left) == from,
        };
        if place.in_loop && assigned {
            findings.add(
                &call.method,
                format!("`{from}` becomes a child of itself in each turn of the loop: a chain that grows"),
                format!(
                    "write `let {from} = {from}.{}(…);`, a child for each turn, or derive it before the loop",
                    call.method
                ),
            );
        }
    });
}

/// The last `with_…` in a chain of calls.
fn derivation(expr: &Expr) -> Option<&ExprMethodCall> {
    match expr {
        Expr::MethodCall(call) if DERIVE.iter().any(|name| call.method == name) => Some(innermost(call)),
        Expr::Field(field) => derivation(&field.base),
        _ => None,
    }
}

fn innermost(call: &ExprMethodCall) -> &ExprMethodCall {
    derivation(&call.receiver).unwrap_or(call)
}
