//! `fresh_context`: a new context where one is at hand. Documented in `docs/fresh_context.md`.
//!
//! Modelled on `contextcheck` for Go.

use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;
use crate::walk::place::{each_expr, used_item};

pub(crate) const RULE: Rule = Rule { name: "fresh_context", check };

const FRESH: [&str; 4] = [
    "taskward::Context::background",
    "taskward::Context::default",
    "tokio_util::sync::CancellationToken::new",
    "tokio_util::sync::CancellationToken::default",
];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let Some(ctx) = code.ctx() else { return };
    each_expr(code.block, &mut |expr, at| {
        let Some((path, _)) = used_item(expr, at) else { return };
        if code.names.is_any(&path.path, &FRESH) {
            findings.add(
                path,
                "a new context does not end when the caller's context does",
                format!("pass `{ctx}` or a child of it; for work that must outlive it, write `{ctx}.detach()`"),
            );
        }
    });
}
