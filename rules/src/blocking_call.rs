//! `blocking_call`: a call that blocks the thread in async code. Documented in
//! `docs/blocking_call.md`.
//!
//! Modelled on ASYNC210-251 of flake8-async.

mod calls;
mod conditions;

use quote::ToTokens;
use syn::{Expr, ExprMethodCall, Stmt};

use self::conditions::Guards;
use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;
use crate::walk::place::{each_expr, used_item};
use crate::walk::syntax::root;

pub(crate) const RULE: Rule = Rule { name: "blocking_call", check };

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let (guards, threads) = (Guards::of(code), calls::threads(code));
    each_expr(code.block, &mut |expr, at| {
        if !at.is_async(code.is_async) {
            return;
        }
        // An awaited call does not block, regardless of its name.
        let is_awaited = at.is_awaited();
        if let Some((path, _)) = used_item(expr, at)
            && !is_awaited
            && calls::blocks(code, &path.path)
        {
            report(path, findings);
        }
        // `thread.join().unwrap()` is reported once, by its result.
        let is_used_at_once = match at.parent() {
            Some(Expr::MethodCall(used)) => calls::takes_result(used),
            parent => matches!(parent, Some(Expr::Try(_))),
        };
        let is_thread = |call: &ExprMethodCall| {
            !is_used_at_once && root(&call.receiver).is_some_and(|name| threads.contains(&name.to_string()))
        };
        let found = match expr {
            Expr::MethodCall(_) if is_awaited => None,
            Expr::MethodCall(call) if calls::is_blocking_method(code, call) || guards.are_waited_with(call) => {
                Some(call.method.to_token_stream())
            }
            Expr::MethodCall(call) if calls::takes_result(call) => calls::used_at_once(code, &call.receiver),
            // As a statement, a call of Tokio's method would be a future that is never polled.
            Expr::MethodCall(call) if calls::is_thread_wait(call) => {
                let is_statement = matches!(at.statement(), Some(Stmt::Expr(_, Some(_))));
                (is_statement || is_thread(call)).then(|| call.method.to_token_stream())
            }
            Expr::Try(tried) => calls::used_at_once(code, &tried.expr),
            Expr::Let(condition) if calls::is_of_result(&condition.pat) => calls::used_at_once(code, &condition.expr),
            Expr::Match(matched) if matched.arms.iter().any(|arm| calls::is_of_result(&arm.pat)) => {
                calls::used_at_once(code, &matched.expr)
            }
            _ => None,
        };
        if let Some(found) = found {
            report(found, findings);
        }
    });
}

fn report(at: impl ToTokens, findings: &mut Findings) {
    let name = at.to_token_stream().to_string().replace(' ', "");
    findings.add(
        at,
        format!("`{name}` blocks the thread in async code"),
        "use the function of Tokio, or `tokio::task::spawn_blocking(|| …).await`",
    );
}
