//! The variables of a function that are runtime handles.

use syn::{Expr, ExprMethodCall, Member};

use crate::walk::fn_body::FnBody;
use crate::walk::syntax::{behind_references, called, declared, each_local, is_one, variable};

const HANDLES: [&str; 2] = ["tokio::runtime::Handle::current", "tokio::runtime::Handle::try_current"];

const TYPES: [&str; 2] = ["tokio::runtime::Handle", "tokio::runtime::Runtime"];

const BUILDERS: [&str; 2] = ["tokio::task::Builder::new", "std::thread::Builder::new"];

/// Common names of a runtime or of its handle.
const NAMES: [&str; 3] = ["handle", "runtime", "rt"];

/// Variables that are handles, and variables that are not. A runtime that the function makes is
/// not one: it stops its tasks when it is dropped.
pub(super) struct Handles {
    known: Vec<String>,
    others: Vec<String>,
}

impl Handles {
    pub(super) fn of(code: &FnBody<'_>) -> Self {
        let mut handles = Self { known: code.params_of_type(&TYPES), others: code.param_names() };
        each_local(code.block, &mut |local| {
            let (Some(name), Some(init)) = (declared(&local.pat), &local.init) else { return };
            if is_handle(code, &init.expr) {
                handles.known.push(name.to_string());
            } else {
                handles.others.push(name.to_string());
            }
        });
        handles
    }

    /// `Handle::current().spawn(…)`, `handle.spawn(…)`, `self.runtime.spawn(…)`,
    /// `thread::Builder::new().spawn(…)`
    pub(super) fn spawn(&self, code: &FnBody<'_>, call: &ExprMethodCall) -> bool {
        if !is_one(&call.method, &["spawn", "spawn_blocking", "spawn_local"]) {
            return false;
        }
        let receiver = behind_references(&call.receiver);
        match receiver {
            Expr::Field(field) => {
                matches!(&field.member, Member::Named(name) if is_one(name, &NAMES)) && may_take_task(call)
            }
            Expr::MethodCall(inner) if inner.method == "handle" && inner.args.is_empty() => {
                variable(&inner.receiver).is_some_and(|name| is_one(name, &NAMES))
            }
            _ => match variable(receiver) {
                Some(name) if self.known.contains(&name.to_string()) => true,
                Some(name) => is_one(name, &NAMES) && !self.others.contains(&name.to_string()) && may_take_task(call),
                None => is_handle(code, receiver) || is_builder(code, receiver),
            },
        }
    }
}

/// Returns whether the argument may be a future, or a closure without parameters, as Tokio's
/// methods take. Other `spawn` methods take a number, or pass a context to the closure.
fn may_take_task(call: &ExprMethodCall) -> bool {
    let mut args = call.args.iter();
    match (args.next(), args.next()) {
        (Some(Expr::Closure(closure)), None) => closure.inputs.is_empty(),
        (Some(Expr::Lit(_) | Expr::Reference(_) | Expr::Struct(_)), None) => false,
        (first, second) => first.is_some() && second.is_none(),
    }
}

/// Returns whether the expression is `Handle::current()`, also behind `?` or `unwrap()`.
fn is_handle(code: &FnBody<'_>, expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => code.names.calls(call, &HANDLES),
        Expr::Try(tried) => is_handle(code, &tried.expr),
        Expr::MethodCall(call) => {
            is_one(&call.method, &["unwrap", "expect", "clone", "handle"]) && is_handle(code, &call.receiver)
        }
        _ => false,
    }
}

fn is_builder(code: &FnBody<'_>, mut expr: &Expr) -> bool {
    while let Expr::MethodCall(call) = expr {
        expr = &call.receiver;
    }
    matches!(expr, Expr::Call(call) if called(call).is_some_and(|path| code.names.is_any(path, &BUILDERS)))
}
