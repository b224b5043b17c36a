//! `blocking_call`: a call that blocks the thread, in an `async fn`.
//!
//! Forbids `std::thread::sleep`, `std::fs`, blocking `std::net` and `std::process`, reading `std::io::stdin`, `block_on`, `blocking_recv` and its
//! kin, `recv()` of a channel that is not awaited, a `Condvar` that is waited for, `reqwest::blocking`, `ureq`. While it blocks, no other task of
//! the thread runs, no timer fires, and no cancellation arrives.
//!
//! Instead: Tokio's own (`tokio::time::sleep`, `tokio::fs`, …), or `tokio::task::spawn_blocking(|| …).await`. Closures are not
//! looked into, so what is inside one is fine.
//!
//! Limits: `fs::read(…)`, `File::open(…)`, `TcpStream::connect(…)` and `Command::new(…).output()` count only where their result is used at once
//! (`?`, `unwrap()`), because Tokio's have the same names; a method such as `file.read(…)` does not show what it is called on; `wait(guard)` counts
//! with a guard that was locked in the same function; a function of your own that blocks is not seen.
//!
//! Modelled on ASYNC210-251 of flake8-async.

mod calls;
mod conditions;

use std::ptr;

use quote::ToTokens;
use syn::{Expr, ExprCall, ExprMethodCall};

use self::conditions::Guards;
use crate::rule::{Findings, Rule};
use crate::walk::code::Code;
use crate::walk::{Uses, each_expr};

pub(super) const RULE: Rule = Rule { name: "blocking_call", check };

fn check(code: &Code, findings: &mut Findings) {
    if !code.is_async {
        return;
    }
    let (awaited, uses, guards) = (Awaited::of(code), Uses::of(&code.block), Guards::of(code));
    each_expr(&code.block, &mut |expr, place| {
        if place.in_closure {
            return;
        }
        if let Some((path, call)) = uses.at(expr)
            && !call.is_some_and(|call| awaited.calls.iter().any(|known| ptr::eq(*known, call)))
            && calls::blocks(code, &path.path)
        {
            report(path, findings);
        }
        let at = match expr {
            Expr::MethodCall(call) if awaited.methods.iter().any(|known| ptr::eq(*known, call)) => None,
            Expr::MethodCall(call) if calls::is_blocking_method(code, call) || guards.are_waited_with(call) => {
                Some(call.method.to_token_stream())
            }
            Expr::MethodCall(call) if calls::takes_result(call) => calls::used_at_once(code, &call.receiver),
            Expr::Try(tried) => calls::used_at_once(code, &tried.expr),
            Expr::Let(condition) if calls::is_of_result(&condition.pat) => calls::used_at_once(code, &condition.expr),
            Expr::Match(matched) if matched.arms.iter().any(|arm| calls::is_of_result(&arm.pat)) => {
                calls::used_at_once(code, &matched.expr)
            }
            _ => None,
        };
        if let Some(at) = at {
            report(at, findings);
        }
    });
}

fn report(at: impl ToTokens, findings: &mut Findings) {
    let name = at.to_token_stream().to_string().replace(' ', "");
    findings.add(
        at,
        format!("`{name}` blocks the thread: no other task runs, and no cancellation arrives"),
        "use Tokio's own, or `tokio::task::spawn_blocking(|| …).await`",
    );
}

/// What is awaited does not block, whatever it is called.
#[derive(Default)]
struct Awaited {
    calls: Vec<*const ExprCall>,
    methods: Vec<*const ExprMethodCall>,
}

impl Awaited {
    fn of(code: &Code) -> Self {
        let mut awaited = Self::default();
        each_expr(&code.block, &mut |expr, _| {
            if let Expr::Await(waits) = expr {
                match &*waits.base {
                    Expr::Call(call) => awaited.calls.push(call),
                    Expr::MethodCall(call) => awaited.methods.push(call),
                    _ => {}
                }
            }
        });
        awaited
    }
}
