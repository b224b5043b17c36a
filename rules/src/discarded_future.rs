//! `discarded_future`: a call with the context that is never awaited. Documented in
//! `docs/discarded_future.md`.

use syn::{Expr, ExprMethodCall, Pat, Path, Stmt};

use crate::engine::rule::{Findings, Rule};
use crate::walk::context::is_ctx;
use crate::walk::fn_body::FnBody;
use crate::walk::happens::happens_in_block;
use crate::walk::place::each_block;
use crate::walk::syntax::{called, is_one};

pub(crate) const RULE: Rule = Rule { name: "discarded_future", check };

/// Functions that may take a context without returning a future.
const PLAIN: [&str; 12] = [
    "new",
    "from",
    "clone",
    "insert",
    "push",
    "spawn",
    "try_spawn",
    "spawn_blocking",
    "send",
    "try_send",
    "set",
    "replace",
];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let Some(ctx) = code.ctx() else { return };
    each_block(code.block, &mut |block| {
        for stmt in &block.stmts {
            let discarded = match stmt {
                Stmt::Local(local) if matches!(local.pat, Pat::Wild(_)) => local.init.as_ref().map(|init| &*init.expr),
                Stmt::Expr(Expr::Assign(assign), _) if matches!(&*assign.left, Expr::Infer(_)) => Some(&*assign.right),
                Stmt::Expr(Expr::Call(call), Some(_)) if is_drop(call) => call.args.first(),
                _ => None,
            };
            let (name, args) = match discarded {
                Some(Expr::Call(call)) => match called(call).filter(|path| !is_plain(code, path)) {
                    Some(Path { segments, .. }) if !segments.is_empty() => {
                        (&segments[segments.len() - 1].ident, &call.args)
                    }
                    _ => continue,
                },
                Some(Expr::MethodCall(call)) if is_async(code, call) => (&call.method, &call.args),
                _ => continue,
            };
            let is_type = name.to_string().starts_with(char::is_uppercase);
            if args.iter().any(|arg| is_ctx(arg, ctx)) && !is_type && !is_one(name, &PLAIN) {
                findings.add(
                    name,
                    format!("`{name}` never runs: its future is dropped before it is polled"),
                    format!("write `{name}(…).await?`, or spawn it in a `TaskGroup`"),
                );
            }
        }
    });
}

/// Returns whether the path is a method of `Context`, or a function of the crate that is not
/// `async`.
fn is_plain(code: &FnBody<'_>, path: &Path) -> bool {
    let of = path.segments.iter().rev().nth(1);
    let is_method = of.is_some_and(|of| is_one(&of.ident, &["Context", "CancellationToken"]));
    is_method || code.names.is_plain(path)
}

/// The receiver's type is unknown, so a method counts as async only if the crates' only method of
/// this name is, or if this function awaits a method of this name.
fn is_async(code: &FnBody<'_>, call: &ExprMethodCall) -> bool {
    let is_awaited = |expr: &Expr| match expr {
        Expr::Await(awaited) => {
            matches!(&*awaited.base, Expr::MethodCall(other) if other.method == call.method)
        }
        _ => false,
    };
    code.names.is_async_method(&call.method) || happens_in_block(code.block, is_awaited)
}

/// `drop(…)`, `mem::drop(…)`
fn is_drop(call: &syn::ExprCall) -> bool {
    called(call).and_then(|path| path.segments.last()).is_some_and(|last| last.ident == "drop")
}
