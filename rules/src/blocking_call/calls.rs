//! Which calls block.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprMethodCall, Pat, Path};

use crate::walk::code::Code;
use crate::walk::names::is_listed;
use crate::walk::syntax::{called, declared, each_local, is_one};

/// Distinctive by their last two segments.
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

/// Tokio's have the same names: only in full.
const IN_FULL: [&str; 3] = ["std::net::TcpStream::connect", "std::net::TcpListener::bind", "std::net::UdpSocket::bind"];

/// Reads from it block.
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

/// Calls that are futures in Tokio: what uses their result at once is not Tokio's.
const USED_AT_ONCE: [&str; 7] = [
    "File::open",
    "File::create",
    "File::create_new",
    "TcpStream::connect",
    "UnixStream::connect",
    "DirEntry::metadata",
    "io::read_to_string",
];

/// Methods without arguments, likewise: of a channel, a thread, a barrier or a process.
const OF_THREADS: [&str; 3] = ["recv", "join", "wait"];

/// The methods that end a chain which begins with such a call.
const BUILDERS: [(&str, &[&str]); 4] = [
    ("std::process::Command::new", &["output", "status"]),
    ("std::fs::OpenOptions::new", &["open"]),
    ("std::fs::File::options", &["open"]),
    ("std::fs::DirBuilder::new", &["create"]),
];

/// The path of something that blocks when it is called.
pub(super) fn blocks(code: &Code<'_>, path: &Path) -> bool {
    let segments = code.names.segments(path);
    let Some(last) = segments.last() else { return false };
    if is_listed(&segments, &code.settings.blocking) {
        return true;
    }
    if segments.len() > 2 && segments[0] == "std" && segments[1] == "fs" {
        // These only say how, or take what is open already.
        let only_says_how = ["OpenOptions", "DirBuilder", "Permissions", "FileTimes"].contains(&segments[2].as_str());
        return !only_says_how && !["from", "from_raw_fd", "options"].contains(&last.as_str());
    }
    METHODS.contains(&last.as_str()) && (segments.len() > 1 || last == "block_on")
        || IN_FULL.contains(&segments.join("::").as_str())
        || segments.windows(2).any(|pair| pair == ["reqwest", "blocking"])
        || code.names.is_any(path, &CALLS)
}

/// A method that blocks, whatever it is called on; or one of a thread, of std's input, of a
/// builder.
pub(super) fn is_blocking_method(code: &Code<'_>, call: &ExprMethodCall) -> bool {
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

/// `db.query_sync()`, of the entry `Db::query_sync`.
fn is_listed_method(code: &Code<'_>, call: &ExprMethodCall) -> bool {
    let method = call.method.to_string();
    code.settings.blocking.iter().any(|entry| match entry.rsplit_once("::") {
        Some((of, name)) => {
            let is_type = of.rsplit("::").next().is_some_and(|of| of.starts_with(char::is_uppercase));
            is_type && name == method
        }
        None => false,
    })
}

/// Variables that are known to be threads or barriers of `std`.
pub(super) fn threads(code: &Code<'_>) -> HashSet<String> {
    const TYPES: [&str; 2] = ["std::thread::JoinHandle", "std::sync::Barrier"];
    const MAKERS: [&str; 2] = ["std::thread::spawn", "std::sync::Barrier::new"];
    let mut threads: HashSet<_> = code.params_of_type(&TYPES).into_iter().collect();
    each_local(code.block, &mut |local| {
        if let (Some(name), Some(init)) = (declared(&local.pat), &local.init)
            && let Expr::Call(call) = &*init.expr
            // Tokio's barrier has the same last names.
            && called(call).is_some_and(|path| MAKERS.contains(&code.names.segments(path).join("::").as_str()))
        {
            threads.insert(name.to_string());
        }
    });
    threads
}

/// `thread.join()`, `barrier.wait()`: methods that are futures if they are Tokio's.
pub(super) fn is_thread_wait(call: &ExprMethodCall) -> bool {
    call.args.is_empty() && is_one(&call.method, &["join", "wait"])
}

/// The path that a chain of methods begins with.
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

/// `?`, or one of these: what it is called on is a `Result`, and no future.
pub(super) fn takes_result(call: &ExprMethodCall) -> bool {
    const OF_RESULTS: [&str; 8] =
        ["unwrap", "expect", "is_ok", "is_err", "ok", "map_err", "unwrap_or_default", "is_leader"];
    is_one(&call.method, &OF_RESULTS)
}

/// `Ok(…)` or `Err(…)`: what is matched is a `Result`, and no future.
pub(super) fn is_of_result(pat: &Pat) -> bool {
    matches!(pat, Pat::TupleStruct(wrapped) if wrapped.path.is_ident("Ok") || wrapped.path.is_ident("Err"))
}

/// A call that would be a future if it were Tokio's, whose result is used at once.
pub(super) fn used_at_once(code: &Code<'_>, expr: &Expr) -> Option<TokenStream> {
    match expr {
        Expr::Call(call) => {
            let path = called(call)?;
            let segments = code.names.segments(path);
            let of_fs = segments.len() == 2 && segments[0] == "fs";
            let is_known = !blocks(code, path) && (of_fs || USED_AT_ONCE.contains(&segments.join("::").as_str()));
            is_known.then(|| call.func.to_token_stream())
        }
        // It has been reported.
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
