//! `fresh_context`: a new context where one is at hand.
//!
//! Forbids `Context::background()`, `Context::default()` and `CancellationToken::new()` in a function that has a context parameter; the first two
//! also under `#[cancellable(ambient)]` and `#[cancellable(ctx = …)]`, where the current one is at hand. What is called with a fresh one does not end when the
//! caller's does: the chain is cut, and nobody sees it.
//!
//! Instead: pass `ctx` on; make a child of it (`ctx.with_cancel()`); or, for work that must outlive it, `ctx.detach()`, which
//! keeps the values and says so.
//!
//! Limits: an alias of `Context` is not recognised, nor `Default::default()`, nor a function that makes a context.
//!
//! Modelled on `contextcheck` for Go.

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::each_use;

pub(super) const RULE: Rule = Rule { name: "fresh_context", check };

const FRESH: [&str; 2] = ["taskward::Context::background", "taskward::Context::default"];

/// One that stands for nothing but itself is none of this rule's business, where no parameter is its parent.
const TOKENS: [&str; 2] = ["tokio_util::sync::CancellationToken::new", "tokio_util::sync::CancellationToken::default"];

fn check(code: &Code, findings: &mut Findings) {
    let Some(ctx) = code.context() else { return };
    each_use(&code.block, &mut |path, _, _| {
        let is_token = || code.ctx.is_some() && code.names.is_any(&path.path, &TOKENS);
        if code.names.is_any(&path.path, &FRESH) || is_token() {
            findings.add(
                path,
                "a fresh context does not end when the caller's does",
                format!("pass `{ctx}` on, or make a child of it; `{ctx}.detach()` for work that must outlive it"),
            );
        }
    });
}
