//! `unbounded_channel`: a queue without a limit.
//!
//! Forbids Tokio's, async-channel's, flume's, crossbeam's and futures' unbounded channels, and `std::sync::mpsc::channel`. When the
//! receiver is slower than the senders, the queue grows until memory is gone, and cancellation has ever more to throw away.
//!
//! Instead: a bounded one (`tokio::sync::mpsc::channel(32)`), whose `send` waits.
//!
//! Limits: a channel that comes out of a function is not seen.

use syn::Expr;

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::each_expr;
use super::walk::names::called;

pub(super) const RULE: Rule = Rule { name: "unbounded_channel", check };

const UNBOUNDED: [&str; 4] = [
    "async_channel::unbounded",
    "flume::unbounded",
    "crossbeam_channel::unbounded",
    "futures::channel::mpsc::unbounded",
];

fn check(code: &Code, findings: &mut Findings) {
    each_expr(&code.block, &mut |expr, _| {
        let Expr::Call(call) = expr else { return };
        let Some(path) = called(call) else { return };
        let last = code.names.segments(path).pop();
        // Only std's takes no capacity.
        let is_std = call.args.is_empty() && code.names.calls(call, &["std::sync::mpsc::channel"]);
        if last.as_deref() == Some("unbounded_channel") || is_std || code.names.calls(call, &UNBOUNDED) {
            findings.add(
                &call.func,
                "a channel without a limit grows as long as its receiver is slower than its senders",
                "write a bounded one: `tokio::sync::mpsc::channel(32)`",
            );
        }
    });
}
