//! `unbounded_channel`: a queue without a capacity. Documented in `docs/unbounded_channel.md`.

use syn::ExprPath;

use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;
use crate::walk::place::{each_expr, used_item};

pub(crate) const RULE: Rule = Rule { name: "unbounded_channel", check };

const UNBOUNDED: [&str; 9] = [
    "async_channel::unbounded",
    "flume::unbounded",
    "loole::unbounded",
    "kanal::unbounded",
    "kanal::unbounded_async",
    "crossbeam_channel::unbounded",
    // Also matches the functions of crossbeam, async-std and smol.
    "crossbeam::channel::unbounded",
    "futures::channel::mpsc::unbounded",
    "futures_channel::mpsc::unbounded",
];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    each_expr(code.block, &mut |expr, at| {
        let Some((path, call)) = used_item(expr, at) else { return };
        // Only the function of `std` takes no capacity.
        let is_std =
            call.is_some_and(|call| call.args.is_empty() && code.names.calls(call, &["std::sync::mpsc::channel"]));
        if is_std || is_unbounded(code, path) {
            findings.add(
                path,
                "an unbounded channel grows while its receiver is slower than its senders",
                "write `taskward::channel(capacity)`, whose `send` waits and ends with `ctx`",
            );
        }
    });
}

fn is_unbounded(code: &FnBody<'_>, path: &ExprPath) -> bool {
    let segments = code.names.segments(&path.path);
    let is_named = segments.last().is_some_and(|last| last == "unbounded_channel");
    let is_of_channels = matches!(&segments[..], [.., module, name] if module == "channel" && name == "unbounded");
    is_named || is_of_channels || code.names.is_any(&path.path, &UNBOUNDED)
}
