//! Calls that block.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprMethodCall, Pat, Path};

use crate::walk::fn_body::FnBody;
use crate::walk::names::is_listed;
use crate::walk::syntax::{called, declared, each_local, is_one};

/// Functions that their last two path segments identify.
const CALLS: [&str; 12] = [
    "std::thread::sleep",
    "std::thread::sleep_ms",
    "std::thread::park",
    "std::thread::park_timeout",
    "std::thread::scope",
    "std::thread::JoinHandle::join",
    "std::sync::Barrier::wait",
    "std::net::TcpStream::connect_timeout",
    "futures::executor::block_on_stream",
    "ureq::get",
    "ureq::post",
    "ureq::agent",
];

/// Functions that need their full path, because Tokio's have the same names.
const IN_FULL: [&str; 3] = ["std::net::TcpStream::connect", "std::net::TcpListener::bind", "std::net::UdpSocket::bind"];

/// The standard input: its read methods block.
const INPUT: &str = "std::io::stdin";
const READS: [&str; 4] = ["read_line", "read", "read_to_string", "read_to_end"];

const METHODS: [&str; 12] = [
    "block_on",
    "blocking_recv",
    "blocking_recv_many",
    "blocking_send",
    "blocking_lock",
    "blocking_lock_owned",
    "blocking_read",
    "blocking_read_owned",
    "blocking_write",
    "blocking_write_owned",
    "recv_timeout",
    "to_socket_addrs",
];

/// Functions that return a future in Tokio: they block if their result is used at once.
const USED_AT_ONCE: [&str; 7] = [
    "File::open",
    "File::create",
    "File::create_new",
    "TcpStream::connect",
    "UnixStream::connect",
    "DirEntry::metadata",
    "io::read_to_string",
];

/// Methods without arguments of channels, threads, barriers and processes: they block if their
/// result is used at once.
const OF_THREADS: [&str; 3] = ["recv", "join", "wait"];

/// Methods that block at the end of a chain that begins with the function.
const BUILDERS: [(&str, &[&str]); 4] = [
    ("std::process::Command::new", &["output", "status"]),
    ("std::fs::OpenOptions::new", &["open"]),
    ("std::fs::File::options", &["open"]),
    ("std::fs::DirBuilder::new", &["create"]),
];

/// Returns whether a call of the path blocks.
pub(super) fn blocks(code: &FnBody<'_>, path: &Path) -> bool {
    let segments = code.names.segments(path);
    let Some(last) = segments.last() else { return false };
    if is_listed(&segments, &code.settings.blocking) {
        return true;
    }
    if segments.len() > 2 && segments[0] == "std" && segments[1] == "fs" {
        // These only describe an operation, or take an open file.
        let only_says_how = ["OpenOptions", "DirBuilder", "Permissions", "FileTimes"].contains(&segments[2].as_str());
        return !only_says_how && !["from", "from_raw_fd", "options"].contains(&last.as_str());
    }
    METHODS.contains(&last.as_str()) && (segments.len() > 1 || last == "block_on")
        || IN_FULL.contains(&segments.join("::").as_str())
        || segments.windows(2).any(|pair| pair == ["reqwest", "blocking"])
        || code.names.is_any(path, &CALLS)
}

/// Returns whether the method blocks on every type, or on a thread, the standard input or a
/// builder.
pub(super) fn is_blocking_method(code: &FnBody<'_>, call: &ExprMethodCall) -> bool {
    let is_any = |names: &[&str]| is_one(&call.method, names);
    if is_any(&METHODS) || is_listed_method(code, call) {
        return true;
    }
    let Some(start) = start(&call.receiver) else { return false };
    let full = code.names.segments(start).join("::");
    let ends_builder = BUILDERS.iter().any(|(builder, methods)| full == *builder && is_any(methods));
    let reads_input = full == INPUT && is_any(&READS);
    ends_builder || reads_input || call.method == "join" && code.names.is_any(start, &["std::thread::spawn"])
}

/// Returns whether the method is in the settings: `Db::query_sync` matches `db.query_sync()`.
fn is_listed_method(code: &FnBody<'_>, call: &ExprMethodCall) -> bool {
    let method = call.method.to_string();
    code.settings.blocking.iter().any(|entry| match entry.rsplit_once("::") {
        Some((of, name)) => {
            let is_type = of.rsplit("::").next().is_some_and(|of| of.starts_with(char::is_uppercase));
            is_type && name == method
        }
        None => false,
    })
}

/// The variables that are known to be threads or barriers of `std`.
pub(super) fn threads(code: &FnBody<'_>) -> HashSet<String> {
    const TYPES: [&str; 2] = ["std::thread::JoinHandle", "std::sync::Barrier"];
    const MAKERS: [&str; 2] = ["std::thread::spawn", "std::sync::Barrier::new"];
    let mut threads: HashSet<_> = code.params_of_type(&TYPES).into_iter().collect();
    each_local(code.block, &mut |local| {
        if let (Some(name), Some(init)) = (declared(&local.pat), &local.init)
            && let Expr::Call(call) = &*init.expr
            // Tokio's barrier has the same last two segments.
            && called(call).is_some_and(|path| MAKERS.contains(&code.names.segments(path).join("::").as_str()))
        {
            threads.insert(name.to_string());
        }
    });
    threads
}

/// Returns whether the call is `thread.join()` or `barrier.wait()`, which may also be a future of
/// Tokio.
pub(super) fn is_thread_wait(call: &ExprMethodCall) -> bool {
    call.args.is_empty() && is_one(&call.method, &["join", "wait"])
}

/// The path at the beginning of a chain of methods.
fn start(mut base: &Expr) -> Option<&Path> {
    loop {
        base = match base {
            Expr::MethodCall(call) => &call.receiver,
            Expr::Try(tried) => &tried.expr,
            Expr::Call(call) => return called(call),
            _ => return None,
        };
    }
}

/// Returns whether the method takes a `Result`, so that its receiver is not a future.
pub(super) fn takes_result(call: &ExprMethodCall) -> bool {
    const OF_RESULTS: [&str; 8] =
        ["unwrap", "expect", "is_ok", "is_err", "ok", "map_err", "unwrap_or_default", "is_leader"];
    is_one(&call.method, &OF_RESULTS)
}

/// Returns whether the pattern is `Ok(…)` or `Err(…)`, so that the matched value is not a future.
pub(super) fn is_of_result(pat: &Pat) -> bool {
    matches!(pat, Pat::TupleStruct(wrapped) if wrapped.path.is_ident("Ok") || wrapped.path.is_ident("Err"))
}

/// Returns the name of a call that Tokio would make a future, but whose result is used at once.
pub(super) fn used_at_once(code: &FnBody<'_>, expr: &Expr) -> Option<TokenStream> {
    match expr {
        Expr::Call(call) => {
            let path = called(call)?;
            let segments = code.names.segments(path);
            let of_fs = segments.len() == 2 && segments[0] == "fs";
            let is_known = !blocks(code, path) && (of_fs || USED_AT_ONCE.contains(&segments.join("::").as_str()));
            is_known.then(|| call.func.to_token_stream())
        }
        // Reported already.
        Expr::MethodCall(call) if is_blocking_method(code, call) => None,
        Expr::MethodCall(call) if call.args.is_empty() && is_one(&call.method, &OF_THREADS) => {
            Some(call.method.to_token_stream())
        }
        Expr::MethodCall(call) => {
            let segments = code.names.segments(start(&call.receiver)?);
            let written = segments.join("::");
            let ends = |(builder, methods): &(&str, &[&str])| {
                written != *builder && builder.ends_with(&written) && methods.iter().any(|name| call.method == name)
            };
            (segments.len() > 1 && BUILDERS.iter().any(ends)).then(|| call.method.to_token_stream())
        }
        _ => None,
    }
}
