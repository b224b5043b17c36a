//! `missing_context`: an `async fn` that starts cancellable work and takes no context. Documented
//! in `docs/missing_context.md`.
//!
//! Modelled on `contextcheck` for Go.

use std::collections::HashSet;

use syn::{Expr, Ident};

use crate::crate_check::calls::Calls;
use crate::detached_task::SPAWN;
use crate::engine::function::Role;
use crate::engine::rule::Findings;
use crate::walk::fn_body::FnBody;
use crate::walk::happens::happens_in_block;
use crate::walk::place::each_expr;
use crate::walk::syntax::{called, each_local, is_await, is_one, root, variables};

pub(crate) const NAME: &str = "missing_context";

const GROUPS: [&str; 1] = ["taskward::TaskGroup::new"];

const CURRENT: [&str; 1] = ["taskward::Context::current"];

pub(crate) fn check(code: &FnBody<'_>, calls: &Calls<'_>, findings: &mut Findings) {
    let has_context = code.ctx.is_some() || code.role != Role::Plain;
    if has_context || !code.is_async || !happens_in_block(code.block, is_await) {
        return;
    }
    let held = held(code);
    let mut reason: Option<String> = None;
    let mut has_current = false;
    each_expr(code.block, &mut |expr, at| {
        has_current |= matches!(expr, Expr::Call(call) if code.names.calls(call, &CURRENT));
        if reason.is_some()
            || at.exprs().any(|expr| matches!(expr, Expr::Closure(closure) if !closure.inputs.is_empty()))
        {
            return;
        }
        let is_held = |arg: &Expr| root(arg).is_some_and(|name| held.contains(&name.to_string()));
        let (args, name) = match expr {
            Expr::Call(call) => {
                (&call.args, called(call).and_then(|path| path.segments.last()).map(|last| &last.ident))
            }
            Expr::MethodCall(call) => (&call.args, Some(&call.method)),
            _ => return,
        };
        if let Expr::Call(call) = expr
            && (code.names.calls(call, &SPAWN) || code.names.calls(call, &GROUPS) && !args.iter().any(is_held))
            && !called(call)
                .is_some_and(|path| path.segments.last().is_some_and(|last| is_one(&last.ident, &["spawn_blocking"])))
        {
            reason = Some("starts tasks".to_owned());
        } else if let Some(callee) = calls.callee(code, expr)
            && let Some(arg) = calls.context(callee.facts).and_then(|index| args.get(index))
            && !is_held(arg)
            && let Some(name) = name
        {
            reason = Some(format!("calls `{name}`, which takes a context"));
        }
    });
    if let Some(reason) = reason.filter(|_| !has_current) {
        findings.add(
            code.name,
            format!("`{}` {reason}, but has no context to pass on", code.name),
            "make `ctx: &Context` the first parameter and pass it on, or write `#[cancellable(ambient)]`",
        );
    }
}

/// The variables that may hold a context: parameters, `self`, and variables made from one of them.
fn held(code: &FnBody<'_>) -> HashSet<String> {
    let mut held: HashSet<String> =
        code.params.iter().flat_map(|param| variables(&param.pat)).map(Ident::to_string).collect();
    held.insert("self".to_owned());
    each_local(code.block, &mut |local| {
        let value = local.init.as_ref().and_then(|init| root(&init.expr));
        if value.is_some_and(|value| held.contains(&value.to_string())) {
            held.extend(variables(&local.pat).into_iter().map(Ident::to_string));
        }
    });
    held
}
