//! `fresh_context`: a new context where one is at hand.
//!
//! Forbids `Context::background()`, `Context::default()` and `CancellationToken::new()` in a function that has a context parameter. What is called with a fresh one does not end when the
//! caller's does: the chain is cut, and nobody sees it.
//!
//! Instead: pass `ctx` on; make a child of it (`ctx.with_cancel()`); or, for work that must outlive it, `ctx.detach()`, which
//! keeps the values and says so.
//!
//! Limits: an alias of `Context` is not recognised, nor `Default::default()`, nor a function that makes a context. Where the context is no
//! parameter (`ambient`, `ctx = …`), nothing is said.
//!
//! Modelled on `contextcheck` for Go.

use crate::rule::{Findings, Rule};
use crate::walk::code::Code;
use crate::walk::{Uses, each_expr};

pub(super) const RULE: Rule = Rule { name: "fresh_context", check };

const FRESH: [&str; 4] = [
    "taskward::Context::background",
    "taskward::Context::default",
    "tokio_util::sync::CancellationToken::new",
    "tokio_util::sync::CancellationToken::default",
];

fn check(code: &Code, findings: &mut Findings) {
    let Some(ctx) = &code.ctx else { return };
    let uses = Uses::of(&code.block);
    each_expr(&code.block, &mut |expr, _| {
        let Some((path, _)) = uses.at(expr) else { return };
        if code.names.is_any(&path.path, &FRESH) {
            findings.add(
                path,
                "a fresh context does not end when the caller's does",
                format!("pass `{ctx}` on, or make a child of it; `{ctx}.detach()` for work that must outlive it"),
            );
        }
    });
}
