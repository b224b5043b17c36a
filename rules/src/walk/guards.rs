//! Recognises blocking locks and their guards.

use std::iter::successors;

use syn::{Arm, Expr, ExprMethodCall, Ident, Pat, Stmt};

use super::syntax::{called, called_as_function, is_one, operand, variable};

/// Methods that return a guard, or a `Result` of one.
const LOCKS: [&str; 6] = ["lock", "lock_arc", "write_arc", "read_arc", "upgradable_read", "upgradable_read_arc"];

/// Methods that other types have too: they count if their result is unwrapped.
const READ_WRITE: [&str; 2] = ["read", "write"];

/// Methods between a lock and its guard.
const UNWRAP: [&str; 3] = ["unwrap", "expect", "unwrap_or_else"];
const MAP: [&str; 4] = ["map_err", "ok", "ok_or", "ok_or_else"];

/// Methods of the future of an asynchronous lock.
const COMBINATORS: [&str; 9] =
    ["map", "map_ok", "then", "boxed", "boxed_local", "fuse", "shared", "now_or_never", "poll_unpin"];
const WRAPPERS: [&str; 7] = [
    "timeout",
    "instrument",
    "in_current_span",
    "with_cancellation_token",
    "into_future",
    "left_future",
    "right_future",
];

/// Returns the lock method of an expression whose value is a guard, or a `Result` of one.
pub(crate) fn guard_value(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Paren(paren) => guard_value(&paren.expr),
        Expr::Try(tried) => result(&tried.expr),
        Expr::MethodCall(call) if is_one(&call.method, &UNWRAP) => {
            lock(&call.receiver, &READ_WRITE).or_else(|| result(&call.receiver))
        }
        // `match list.lock() { Ok(guard) => guard, … }`,
        // `if let Ok(guard) = list.lock() { guard } else { … }`
        Expr::Match(matched) => {
            let is_guard = |arm: &Arm| variable(&arm.body).is_some_and(|name| bound(&arm.pat) == Some(name));
            lock(&matched.expr, &LOCKS).filter(|_| matched.arms.iter().any(is_guard))
        }
        Expr::If(branch) => match (&*branch.cond, branch.then_branch.stmts.last()?) {
            (Expr::Let(cond), Stmt::Expr(Expr::Path(value), None)) => {
                lock(&cond.expr, &LOCKS).filter(|_| bound(&cond.pat).is_some_and(|name| value.path.is_ident(name)))
            }
            _ => None,
        },
        expr => lock(expr, &LOCKS),
    }
}

/// `list.lock()`, `Mutex::lock(&list)`
fn lock<'a>(expr: &'a Expr, methods: &[&str]) -> Option<&'a Ident> {
    let name = match expr {
        Expr::MethodCall(call) if call.args.is_empty() => &call.method,
        Expr::Call(call) if call.args.len() == 1 => {
            let of = &called(call)?.segments.iter().rev().nth(1)?.ident;
            called_as_function(expr).filter(|_| is_one(of, &["Mutex", "RwLock"]))?.1
        }
        _ => return None,
    };
    is_one(name, methods).then_some(name)
}

/// `list.lock().map_err(poisoned)`
fn result(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::MethodCall(call) if is_one(&call.method, &MAP) => result(&call.receiver),
        expr => lock(expr, &LOCKS),
    }
}

/// The variable in `guard`, `Ok(guard)`, `Some(guard)`, `guard: Type`.
pub(crate) fn bound(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(name) => Some(&name.ident),
        Pat::Type(typed) => bound(&typed.pat),
        Pat::Paren(paren) => bound(&paren.pat),
        Pat::Guard(guarded) => bound(&guarded.pat),
        Pat::TupleStruct(wrapped) if wrapped.elems.len() == 1 => {
            bound(&wrapped.elems[0]).filter(|_| wrapped.path.is_ident("Ok") || wrapped.path.is_ident("Some"))
        }
        _ => None,
    }
}

/// The variables of a `let` that hold guards, each with its lock method.
pub(crate) fn guards_of<'a>(pat: &'a Pat, value: &'a Expr) -> Vec<(&'a Ident, &'a Ident)> {
    match (pat, value) {
        (Pat::Tuple(pats), Expr::Tuple(values)) => {
            pats.elems.iter().zip(&values.elems).flat_map(|(pat, value)| guards_of(pat, value)).collect()
        }
        _ => bound(pat).zip(guard_value(value)).into_iter().collect(),
    }
}

/// Returns whether the expression accesses the locked value through the guard: a field, an element
/// or a method.
pub(crate) fn reaches_through(expr: &Expr) -> bool {
    let is_guard_still = |call: &ExprMethodCall| {
        [&COMBINATORS[..], &WRAPPERS, &UNWRAP, &MAP].iter().any(|list| is_one(&call.method, list))
    };
    operand(expr).is_some() && !matches!(expr, Expr::MethodCall(call) if is_guard_still(call))
}

/// Returns the lock method in `&list.lock().unwrap()[0]` as the value of a `let`: this guard lives
/// as long as the variable.
pub(crate) fn extended<'e>(value: &'e Expr) -> Option<&'e Ident> {
    let inner = |place: &&'e Expr| match place {
        Expr::MethodCall(_) => None,
        place => operand(place),
    };
    matches!(value, Expr::Reference(_)).then(|| successors(Some(value), inner).find_map(guard_value))?
}
