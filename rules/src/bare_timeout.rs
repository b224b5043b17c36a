//! `bare_timeout`: a time limit that the callee cannot observe. Documented in
//! `docs/bare_timeout.md`.
//!
//! Modelled on ASYNC109 of flake8-async.

use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;
use crate::walk::place::{each_expr, used_item};

pub(crate) const RULE: Rule = Rule { name: "bare_timeout", check };

const TIMEOUTS: [&str; 2] = ["tokio::time::timeout", "tokio::time::timeout_at"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let Some(ctx) = code.ctx.as_ref().filter(|ctx| !ctx.is_token) else { return };
    let ctx = &ctx.name;
    each_expr(code.block, &mut |expr, at| {
        let Some((path, call)) = used_item(expr, at) else { return };
        let is_bare = call.is_some_and(|call| call.args.len() == 2) && path.path.is_ident("timeout");
        if code.names.is_any(&path.path, &TIMEOUTS) || is_bare && !code.names.sees_module() {
            findings.add(
                path,
                "the calls inside cannot observe this limit, because it is not in the context",
                format!("pass on `{ctx}.with_timeout(limit)`, or write `#[with_timeout(limit)]` on the function"),
            );
        }
    });
}
