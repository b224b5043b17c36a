//! The owners of task handles: an owner aborts the task. Blocking work cannot be aborted; it has
//! to be awaited.

use std::collections::HashSet;

use syn::visit::Visit;
use syn::{Block, Expr, ExprCall, ExprClosure, ExprMethodCall, ItemImpl, Pat, Path, Type};

use crate::walk::fn_body::FnBody;
use crate::walk::happens::happens_in;
use crate::walk::names::is_listed;
use crate::walk::open::is_deferred;
use crate::walk::place::{Place, each_expr};
use crate::walk::syntax::{called, declared, is_one, root, variable};

const BLOCKING: [&str; 1] = ["tokio::task::spawn_blocking"];

/// The names of handles that have an owner.
#[derive(Default)]
pub(super) struct Owners {
    /// Local types that implement `Drop`.
    with_drop: HashSet<String>,
    taken: HashSet<String>,
    awaited: HashSet<String>,
}

impl Owners {
    pub(super) fn of(code: &FnBody<'_>) -> Self {
        let mut owners = Self { with_drop: types_with_drop(code.block), ..Self::default() };
        each_expr(code.block, &mut |expr, at| {
            match expr {
                Expr::Call(call) if owners.is_owner(code, call) => {
                    owners.taken.extend(call.args.iter().filter_map(handle));
                }
                // `scopeguard::guard(task, |task| task.abort())`
                Expr::Call(call) => {
                    if let (Some(task), Some(Expr::Closure(closure))) = (call.args.first(), call.args.get(1))
                        && aborts(closure)
                    {
                        owners.taken.extend(handle(task));
                    }
                }
                // `defer! { task.abort() }`
                Expr::MethodCall(call) if is_one(&call.method, &["abort", "abort_all"]) => {
                    let is_in_defer = at.exprs().any(|expr| matches!(expr, Expr::Closure(it) if is_deferred(it)));
                    owners.taken.extend(root(&call.receiver).filter(|_| is_in_defer).map(ToString::to_string));
                }
                Expr::MethodCall(call) if is_listed_method(code, call) => {
                    owners.taken.extend(call.args.iter().filter_map(handle));
                }
                _ => {}
            }
            if at.is_in_await() {
                owners.awaited.extend(variable(expr).map(ToString::to_string));
            }
        });
        owners
    }

    fn is_owner(&self, code: &FnBody<'_>, call: &ExprCall) -> bool {
        called(call).is_some_and(|path| {
            let has_drop = path.segments.last().is_some_and(|last| self.with_drop.contains(&last.ident.to_string()));
            is_abort_on_drop(path) || has_drop || is_listed(&code.names.segments(path), &code.settings.owners)
        })
    }

    /// Returns whether the task that `call` spawns has an owner.
    pub(super) fn own_call(&self, code: &FnBody<'_>, call: &ExprCall, expr: &Expr, at: &Place<'_, '_>) -> bool {
        let is_blocking = code.names.calls(call, &BLOCKING);
        is_blocking && at.is_in_await()
            || self.own(code, expr, at)
            || at.local().is_some_and(|local| {
                let is_awaited = declared(&local.pat).is_some_and(|name| self.awaited.contains(&name.to_string()));
                is_blocking && is_awaited || is_mock(code, &local.pat, call)
            })
    }

    /// `handle.spawn_blocking(…)`
    pub(super) fn own_method(&self, call: &ExprMethodCall, expr: &Expr, at: &Place<'_, '_>) -> bool {
        call.method == "spawn_blocking" && at.is_in_await()
            || matches!(at.parent(), Some(Expr::MethodCall(joined)) if joined.method == "join")
            || at.argument_of(expr).and_then(called).is_some_and(is_abort_on_drop)
            || self.is_taken(at)
    }

    fn own(&self, code: &FnBody<'_>, expr: &Expr, at: &Place<'_, '_>) -> bool {
        match at.parent() {
            // `blocking_call` reports this one.
            Some(Expr::MethodCall(call)) if call.method == "join" => true,
            Some(Expr::MethodCall(call)) => is_listed_method(code, call),
            Some(Expr::Call(call)) => {
                let is_guard = matches!(call.args.get(1), Some(Expr::Closure(closure)) if aborts(closure));
                at.argument_of(expr).is_some() && (self.is_owner(code, call) || is_guard)
            }
            _ => self.is_taken(at),
        }
    }

    /// Returns whether the handle in `let task = tokio::spawn(…);` gets an owner later.
    fn is_taken(&self, at: &Place<'_, '_>) -> bool {
        let name = at.local().and_then(|local| declared(&local.pat));
        name.is_some_and(|name| self.taken.contains(&name.to_string()))
    }
}

/// Returns whether the call is `task::spawn` of `tokio_test`, as in `let mut mock =
/// task::spawn(…)`: a `JoinHandle` needs no `mut`. If imports are visible, they decide.
fn is_mock(code: &FnBody<'_>, pat: &Pat, call: &ExprCall) -> bool {
    let is_mut = matches!(pat, Pat::Ident(name) if name.mutability.is_some());
    let segments = called(call).map(|path| code.names.segments(path)).unwrap_or_default();
    is_mut && matches!(&segments[..], [module, _] if module == "task")
}

fn is_listed_method(code: &FnBody<'_>, call: &ExprMethodCall) -> bool {
    let method = call.method.to_string();
    code.settings.owners.iter().any(|entry| entry.rsplit("::").next().is_some_and(|name| name == method))
}

fn aborts(closure: &ExprClosure) -> bool {
    happens_in(&closure.body, |expr: &Expr| matches!(expr, Expr::MethodCall(call) if call.method == "abort"))
}

/// The local types that implement `Drop`: such a type aborts the handle that it takes.
fn types_with_drop(block: &Block) -> HashSet<String> {
    struct Drops(HashSet<String>);
    impl<'a> Visit<'a> for Drops {
        fn visit_item_impl(&mut self, item: &'a ItemImpl) {
            let is_drop = |path: &Path| path.segments.last().is_some_and(|last| last.ident == "Drop");
            if let (Some((path, _)), Type::Path(this)) = (&item.trait_, &*item.self_ty)
                && is_drop(path)
            {
                self.0.extend(this.path.get_ident().map(ToString::to_string));
            }
        }
    }
    let mut drops = Drops(HashSet::new());
    drops.visit_block(block);
    drops.0
}

/// Returns the name in `handle` or `handle.abort_handle()`.
fn handle(expr: &Expr) -> Option<String> {
    match expr {
        Expr::MethodCall(call) if call.method == "abort_handle" => handle(&call.receiver),
        expr => variable(expr).map(ToString::to_string),
    }
}

fn is_abort_on_drop(path: &Path) -> bool {
    path.segments.iter().any(|segment| segment.ident.to_string().starts_with("AbortOnDrop"))
}
