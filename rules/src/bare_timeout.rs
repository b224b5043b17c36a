//! `bare_timeout`: a time limit that the callee does not see. Its page is `docs/bare_timeout.md`.
//!
//! Modelled on ASYNC109 of flake8-async.

use crate::engine::rule::{Findings, Rule};
use crate::walk::code::Code;
use crate::walk::place::{each_expr, used_item};

pub(crate) const RULE: Rule = Rule { name: "bare_timeout", check };

const TIMEOUTS: [&str; 2] = ["tokio::time::timeout", "tokio::time::timeout_at"];

fn check(code: &Code<'_>, findings: &mut Findings) {
    let Some(ctx) = code.ctx.as_ref().filter(|ctx| !ctx.is_token) else { return };
    let ctx = &ctx.name;
    each_expr(code.block, &mut |expr, at| {
        let Some((path, call)) = used_item(expr, at) else { return };
        let is_bare = call.is_some_and(|call| call.args.len() == 2) && path.path.is_ident("timeout");
        if code.names.is_any(&path.path, &TIMEOUTS) || is_bare && !code.names.sees_module() {
            findings.add(
                path,
                "this limit is not in the context: the calls inside do not see it, nor a shorter one of the caller's",
                format!("write `{ctx}.with_timeout(limit)` and pass that on, or `#[with_timeout(limit)]`"),
            );
        }
    });
}
