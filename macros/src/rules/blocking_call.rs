//! `blocking_call`: a call that blocks the thread, in an `async fn`.
//!
//! Forbids `std::thread::sleep`, `std::fs`, blocking `std::net` and `std::process`, `block_on`, `blocking_recv` and its kin. While it blocks,
//! no other task of the thread runs, no timer fires, and no cancellation arrives.
//!
//! Instead: Tokio's own (`tokio::time::sleep`, `tokio::fs`, …), or `tokio::task::spawn_blocking(|| …).await`. Closures are not
//! looked into, so what is inside one is fine.
//!
//! Limits: `fs::read(…)` counts only where its result is used at once (`?`, `unwrap()`), because Tokio's module has the same
//! names; a method such as `File::read` does not show what it is called on; a function of your own that blocks is not seen.
//!
//! Modelled on ASYNC210-251 of flake8-async.

use std::ptr;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprCall, ExprMethodCall};

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::each_expr;
use super::walk::names::called;

pub(super) const RULE: Rule = Rule { name: "blocking_call", check };

const CALLS: [&str; 9] = [
    "std::thread::sleep",
    "std::thread::park",
    "std::net::TcpStream::connect_timeout",
    "futures::executor::block_on",
    "std::net::TcpStream::connect",
    "std::net::TcpListener::bind",
    "std::net::UdpSocket::bind",
    "reqwest::blocking::get",
    "futures::executor::block_on_stream",
];

const METHODS: [&str; 7] = [
    "block_on",
    "blocking_recv",
    "blocking_send",
    "blocking_lock",
    "blocking_read",
    "blocking_write",
    "blocking_recv_many",
];

fn check(code: &Code, findings: &mut Findings) {
    if !code.is_async {
        return;
    }
    // What is awaited does not block, whatever it is called.
    let mut awaited: Vec<*const ExprCall> = Vec::new();
    each_expr(&code.block, &mut |expr, place| {
        if place.in_closure {
            return;
        }
        match expr {
            Expr::Await(waits) => {
                if let Expr::Call(call) = &*waits.base {
                    awaited.push(call);
                }
            }
            Expr::Call(call) if awaited.iter().any(|known| ptr::eq(*known, call)) => {}
            Expr::Call(call) if blocks(code, call) => report(&call.func, findings),
            Expr::MethodCall(call) if METHODS.iter().any(|name| call.method == name) => report(&call.method, findings),
            Expr::MethodCall(call) => {
                if let Some(at) = ends_builder(code, call).or_else(|| used_at_once(code, &call.receiver, &call.method))
                {
                    report(at, findings);
                }
            }
            Expr::Try(tried) => {
                if let Some(at) = module_call(code, &tried.expr) {
                    report(at, findings);
                }
            }
            _ => {}
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

/// Written in full, or distinctive by its last two segments.
fn blocks(code: &Code, call: &ExprCall) -> bool {
    let Some(path) = called(call) else { return false };
    let segments = code.names.segments(path);
    if segments.len() > 2 && segments[0] == "std" && segments[1] == "fs" {
        // These only say how.
        return !["OpenOptions", "DirBuilder", "Permissions", "FileTimes"].contains(&segments[2].as_str());
    }
    // `TcpStream::connect` is Tokio's name, too.
    let is_ambiguous = |name: &str| name.starts_with("std::net");
    let full = segments.join("::");
    CALLS.iter().any(|name| if is_ambiguous(name) { full == *name } else { code.names.is_any(path, &[name]) })
}

/// `fs::read(…)?`, which cannot be a future.
fn module_call(code: &Code, expr: &Expr) -> Option<TokenStream> {
    let Expr::Call(call) = expr else { return None };
    let segments = code.names.segments(called(call)?);
    (segments.len() == 2 && segments[0] == "fs").then(|| call.func.to_token_stream())
}

fn used_at_once(code: &Code, receiver: &Expr, method: &syn::Ident) -> Option<TokenStream> {
    const OF_RESULTS: [&str; 7] = ["unwrap", "expect", "is_ok", "is_err", "ok", "map_err", "unwrap_or_default"];
    OF_RESULTS.iter().any(|name| method == name).then(|| module_call(code, receiver)).flatten()
}

/// `std::process::Command::new(…)….output()`, `std::fs::OpenOptions::new()….open(…)`
fn ends_builder(code: &Code, call: &ExprMethodCall) -> Option<TokenStream> {
    const BUILDERS: [(&str, &[&str]); 3] = [
        ("std::process::Command::new", &["output", "status"]),
        ("std::fs::OpenOptions::new", &["open"]),
        ("std::fs::DirBuilder::new", &["create"]),
    ];
    let may_be = |(_, methods): &&(&str, &[&str])| methods.iter().any(|name| call.method == name);
    let (builder, _) = BUILDERS.iter().find(may_be)?;
    let mut base = &*call.receiver;
    while let Expr::MethodCall(inner) = base {
        base = &inner.receiver;
    }
    let Expr::Call(new) = base else { return None };
    let full = code.names.segments(called(new)?).join("::");
    (full == *builder).then(|| call.method.to_token_stream())
}
