//! What a lock and its guard look like.

use syn::{Arm, Expr, ExprMethodCall, Ident, Pat, UnOp};

use crate::walk::syntax::{called_as_function, variable};

/// Whose call makes a guard, or a `Result` of one.
const LOCKS: [&str; 6] = ["lock", "lock_arc", "write_arc", "read_arc", "upgradable_read", "upgradable_read_arc"];

/// What has other meanings, too.
const READ_WRITE: [&str; 2] = ["read", "write"];

/// Between the lock and its guard.
const UNWRAP: [&str; 3] = ["unwrap", "expect", "unwrap_or_else"];
const MAP: [&str; 4] = ["map_err", "ok", "ok_or", "ok_or_else"];

/// What is called on the future of an asynchronous lock.
const OF_FUTURES: [&str; 16] = [
    "map",
    "then",
    "boxed",
    "boxed_local",
    "fuse",
    "shared",
    "timeout",
    "instrument",
    "in_current_span",
    "with_cancellation_token",
    "into_future",
    "left_future",
    "right_future",
    "now_or_never",
    "poll_unpin",
    "map_ok",
];

/// `list.lock()`, `Mutex::lock(&list)`: the name of the lock's method.
pub(super) fn bare_lock(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Paren(paren) => bare_lock(&paren.expr),
        expr => method(expr, &LOCKS),
    }
}

fn method<'a>(expr: &'a Expr, names: &[&str]) -> Option<&'a Ident> {
    let is_one = |name: &&Ident| names.iter().any(|known| *name == known);
    match expr {
        Expr::MethodCall(call) if call.args.is_empty() => Some(&call.method).filter(is_one),
        Expr::Call(call) if call.args.len() == 1 => {
            let Expr::Path(path) = &*call.func else { return None };
            let of = &path.path.segments.iter().rev().nth(1)?.ident;
            let (_, name) = called_as_function(expr)?;
            Some(name).filter(|name| is_one(name) && (of == "Mutex" || of == "RwLock"))
        }
        _ => None,
    }
}

/// The lock of an expression whose value is a guard.
pub(crate) fn guard_value(expr: &Expr) -> Option<&Ident> {
    bare_lock(expr).or_else(|| unwrapped(expr)).or_else(|| chosen(expr))
}

/// `list.lock().unwrap()`, `list.lock().map_err(poisoned)?`, `map.read().expect("…")`
fn unwrapped(expr: &Expr) -> Option<&Ident> {
    let is_any = |call: &ExprMethodCall, names: &[&str]| names.iter().any(|name| call.method == name);
    match expr {
        Expr::MethodCall(call) if is_any(call, &UNWRAP) => {
            method(&call.receiver, &READ_WRITE).or_else(|| result(&call.receiver))
        }
        Expr::Try(tried) => result(&tried.expr),
        Expr::Paren(paren) => unwrapped(&paren.expr),
        _ => None,
    }
}

fn result(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::MethodCall(call) if MAP.iter().any(|name| call.method == name) => result(&call.receiver),
        expr => bare_lock(expr),
    }
}

/// `match list.lock() { Ok(guard) => guard, … }`, `if let Ok(guard) = list.lock() { guard } else { … }`
fn chosen(expr: &Expr) -> Option<&Ident> {
    let (pat, looked_at, value) = match expr {
        Expr::Match(matched) => {
            let (arm, value) = matched.arms.iter().find_map(|arm: &Arm| Some((arm, variable(&arm.body)?)))?;
            (&arm.pat, &*matched.expr, value)
        }
        Expr::If(branch) => {
            let Expr::Let(condition) = &*branch.cond else { return None };
            let syn::Stmt::Expr(last, None) = branch.then_branch.stmts.last()? else { return None };
            (&*condition.pat, &*condition.expr, variable(last)?)
        }
        _ => return None,
    };
    bound(pat).filter(|name| *name == value).and_then(|_| bare_lock(looked_at))
}

/// The variable in `guard`, `Ok(guard)`, `Some(guard)`, `guard: Type`.
pub(super) fn bound(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(name) => Some(&name.ident),
        Pat::Type(typed) => bound(&typed.pat),
        Pat::Paren(paren) => bound(&paren.pat),
        Pat::Guard(guarded) => bound(&guarded.pat),
        Pat::TupleStruct(wrapped) if wrapped.elems.len() == 1 => {
            let last = &wrapped.path.segments.last()?.ident;
            bound(&wrapped.elems[0]).filter(|_| last == "Ok" || last == "Some")
        }
        _ => None,
    }
}

/// The variables of a `let` that hold guards.
pub(crate) fn guards_of<'a>(pat: &'a Pat, value: &'a Expr) -> Vec<(&'a Ident, &'a Ident)> {
    match (pat, value) {
        (Pat::Tuple(pats), Expr::Tuple(values)) => {
            pats.elems.iter().zip(&values.elems).flat_map(|(pat, value)| guards_of(pat, value)).collect()
        }
        _ => bound(pat).zip(guard_value(value)).into_iter().collect(),
    }
}

/// `let first = &list.lock().unwrap()[0];`: the guard lives as long as the variable.
pub(super) fn extended(value: &Expr) -> Option<&Ident> {
    match value {
        Expr::Reference(reference) => behind(&reference.expr),
        _ => None,
    }
}

fn behind(place: &Expr) -> Option<&Ident> {
    guard_value(place).or_else(|| match place {
        Expr::Unary(unary) => behind(&unary.expr),
        Expr::Field(field) => behind(&field.base),
        Expr::Index(index) => behind(&index.expr),
        Expr::Paren(paren) => behind(&paren.expr),
        _ => None,
    })
}

/// The lock of an expression that uses a guard in passing: a method of what it guards, a field, what is behind it.
pub(super) fn temporary(expr: &Expr) -> Option<&Ident> {
    match expr {
        // These are the guard still, or the future of one.
        Expr::MethodCall(call) if [&OF_FUTURES[..], &UNWRAP, &MAP].concat().iter().any(|name| call.method == name) => {
            None
        }
        Expr::MethodCall(call) => guard_value(&call.receiver),
        Expr::Field(field) => guard_value(&field.base),
        Expr::Index(index) => guard_value(&index.expr),
        Expr::Reference(reference) => guard_value(&reference.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => guard_value(&unary.expr),
        _ => None,
    }
}
