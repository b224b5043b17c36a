//! `unpolled_branch`: a future that is not polled while another branch of its `select!` waits.
//! Documented in `docs/unpolled_branch.md`.
//!
//! Modelled on Oxide's RFD 609, "Futurelock".

use std::collections::HashSet;

use syn::{Expr, ExprCall, Ident, Local};

use crate::engine::rule::{Findings, Rule};
use crate::walk::ends::leaves_loop;
use crate::walk::fn_body::FnBody;
use crate::walk::happens::happens_in;
use crate::walk::open::{is_awaited_by_macro, is_select};
use crate::walk::place::each_expr;
use crate::walk::syntax::{behind_references, call, called, declared, each_local, is_await, is_one, variable};

pub(crate) const RULE: Rule = Rule { name: "unpolled_branch", check };

/// Futures that hold no resource that another branch could wait for: timers, signals, messages,
/// tasks.
const HARMLESS: [&str; 28] = [
    "sleep",
    "sleep_until",
    "interval",
    "tick",
    "timeout",
    "cancelled",
    "cancelled_owned",
    "into_cancelled",
    "notified",
    "notified_owned",
    "recv",
    "changed",
    "closed",
    "ctrl_c",
    "signal",
    "wait_for",
    "pending",
    "ready",
    "spawn",
    "spawn_blocking",
    "spawn_local",
    "channel",
    "join_next",
    "next",
    "subscribe",
    "wait",
    "empty",
    "new",
];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let kept = kept_futures(code);
    each_expr(code.block, &mut |expr, at| {
        let Expr::Match(select) = expr else { return };
        let Expr::Tuple(futures) = &*select.expr else { return };
        if !is_select(select) || !at.is_in_loop() {
            return;
        }
        for (index, future) in futures.elems.iter().enumerate() {
            let Some(name) = polled_by_reference(future).filter(|name| kept.contains(&name.to_string())) else {
                continue;
            };
            let mut others =
                select.arms.iter().take(futures.elems.len()).enumerate().filter(|(other, _)| *other != index);
            if others.any(|(_, arm)| happens_in(&arm.body, is_await) && !leaves_loop(&arm.body)) {
                findings.add(
                    name,
                    format!("`{name}` is not polled while another branch waits"),
                    "run it as a task, or let the other branches only record their work",
                );
            }
        }
    });
}

/// `&mut future`, `future.as_mut()`
fn polled_by_reference(awaited: &Expr) -> Option<&Ident> {
    let Expr::Await(awaited) = awaited else { return None };
    if !is_awaited_by_macro(awaited) {
        return None;
    }
    let mut future = &*awaited.base;
    while let Expr::Paren(paren) = future {
        future = &paren.expr;
    }
    match future {
        Expr::Reference(reference) if reference.mutability.is_some() => variable(&reference.expr),
        Expr::MethodCall(call) if call.method == "as_mut" => variable(behind_references(&call.receiver)),
        _ => None,
    }
}

/// Timers made by a function are recognised by the variable's name.
fn is_timer(name: &Ident) -> bool {
    let name = name.to_string();
    ["timer", "timeout", "sleep", "deadline", "delay", "interval"].iter().any(|word| name.contains(word))
}

/// Pinned variables that hold an `async` block, or the result of an unknown function.
fn kept_futures(code: &FnBody<'_>) -> HashSet<String> {
    let mut kept = HashSet::new();
    each_local(code.block, &mut |local: &Local| {
        if let (Some(name), Some(init)) = (declared(&local.pat), &local.init)
            && is_work(&init.expr)
            && !is_timer(name)
        {
            kept.insert(name.to_string());
        }
    });
    // Receivers and task handles are polled by reference without a pin.
    let mut pinned = HashSet::new();
    each_expr(code.block, &mut |expr, at| match expr {
        Expr::Tuple(tuple) if tuple.elems.len() == 1 => {
            let name = at.local().and_then(|local| declared(&local.pat)).or_else(|| variable(&tuple.elems[0]));
            pinned.extend(name.map(ToString::to_string));
        }
        Expr::Call(call) if is_pin(call) => {
            let name = at.local().and_then(|local| declared(&local.pat));
            pinned.extend(name.map(ToString::to_string));
        }
        Expr::MethodCall(call) if is_one(&call.method, &["boxed", "boxed_local"]) => {
            let name = at.local().and_then(|local| declared(&local.pat));
            pinned.extend(name.map(ToString::to_string));
        }
        _ => {}
    });
    kept.retain(|name| pinned.contains(name));
    kept
}

/// `Box::pin(…)`
fn is_pin(call: &ExprCall) -> bool {
    called(call).and_then(|path| path.segments.last()).is_some_and(|last| last.ident == "pin")
}

fn is_work(expr: &Expr) -> bool {
    match expr {
        Expr::Async(_) => true,
        Expr::Tuple(pinned) if pinned.elems.len() == 1 => pinned.elems.first().is_some_and(is_work),
        Expr::Call(pin) if is_pin(pin) => pin.args.first().is_some_and(is_work),
        Expr::MethodCall(call) if is_one(&call.method, &["boxed", "boxed_local", "fuse"]) => is_work(&call.receiver),
        expr => call(expr).is_some_and(|(name, _)| {
            let is_type = name.to_string().starts_with(char::is_uppercase);
            !is_type && !is_one(name, &HARMLESS)
        }),
    }
}
