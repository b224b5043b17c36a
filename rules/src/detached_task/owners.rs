//! Who takes what is spawned: an owner that aborts it, or, for what blocks and cannot be aborted, an `.await`.

use std::collections::HashSet;

use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprCall, ExprMethodCall, ItemImpl, Path, Type};

use super::BLOCKING;
use crate::walk::code::Code;
use crate::walk::names::called;
use crate::walk::{behind_references, declared, each_expr, each_local, variable};

pub(super) struct Owners {
    kept: Vec<*const ExprCall>,
    /// `handle.spawn_blocking(…)`
    kept_methods: Vec<*const ExprMethodCall>,
}

impl Owners {
    pub(super) fn of(code: &Code) -> Self {
        let with_drop = types_with_drop(&code.block);
        let is_owner = |path: &Path| {
            is_abort_on_drop(path)
                || path.segments.last().is_some_and(|last| with_drop.contains(&last.ident.to_string()))
        };
        let mut kept: Vec<*const ExprCall> = Vec::new();
        let mut kept_methods = Vec::new();
        let (mut taken, mut awaited) = (HashSet::new(), HashSet::new());
        each_expr(&code.block, &mut |expr, _| match expr {
            Expr::Call(owner) if called(owner).is_some_and(is_owner) => {
                taken.extend(owner.args.iter().filter_map(handle));
                kept.extend(owner.args.iter().filter_map(|arg| match arg {
                    Expr::Call(call) => Some(std::ptr::from_ref(call)),
                    _ => None,
                }));
            }
            // Blocks, which is another rule's.
            Expr::MethodCall(joined) if joined.method == "join" => {
                if let Expr::Call(call) = &*joined.receiver {
                    kept.push(call);
                }
            }
            Expr::Await(waits) => {
                let mut blocking =
                    Blocking { code, kept: &mut kept, kept_methods: &mut kept_methods, names: &mut awaited };
                blocking.visit_expr(&waits.base);
            }
            _ => {}
        });
        each_local(&code.block, &mut |local| {
            let (Some(name), Some(init)) = (declared(&local.pat), &local.init) else { return };
            let Expr::Call(call) = &*init.expr else { return };
            let Some(path) = called(call) else { return };
            // Who polls by hand needs `mut`; who has a `JoinHandle` does not.
            let is_mut = matches!(&local.pat, syn::Pat::Ident(name) if name.mutability.is_some());
            let is_mock = is_mut && code.names.segments(path).len() == 2 && path.segments[0].ident == "task";
            let is_awaited = awaited.contains(&name.to_string()) && code.names.calls(call, &BLOCKING);
            if is_awaited || is_mock || taken.contains(&name.to_string()) {
                kept.push(call);
            }
        });
        Self { kept, kept_methods }
    }

    pub(super) fn keep_method(&self, call: &ExprMethodCall) -> bool {
        self.kept_methods.iter().any(|known| std::ptr::eq(*known, call))
    }

    pub(super) fn keep(&self, call: &ExprCall) -> bool {
        self.kept.iter().any(|known| std::ptr::eq(*known, call))
    }
}

/// In what is awaited: the calls that spawn what blocks, and the names of variables.
struct Blocking<'w> {
    code: &'w Code,
    kept: &'w mut Vec<*const ExprCall>,
    kept_methods: &'w mut Vec<*const ExprMethodCall>,
    names: &'w mut HashSet<String>,
}

impl<'a> Visit<'a> for Blocking<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.names.extend(variable(behind_references(expr)).map(ToString::to_string));
        match expr {
            Expr::Closure(_) | Expr::Async(_) => return,
            Expr::Call(call) if self.code.names.calls(call, &BLOCKING) => self.kept.push(call),
            Expr::MethodCall(call) if call.method == "spawn_blocking" => self.kept_methods.push(call),
            _ => {}
        }
        visit::visit_expr(self, expr);
    }
}

/// The types of the function's own to which it gives a `Drop`: what takes a handle there aborts it.
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

/// `handle`, or `handle.abort_handle()`
fn handle(expr: &Expr) -> Option<String> {
    match expr {
        Expr::MethodCall(call) if call.method == "abort_handle" => handle(&call.receiver),
        expr => variable(expr).map(ToString::to_string),
    }
}

fn is_abort_on_drop(path: &Path) -> bool {
    path.segments.iter().any(|segment| segment.ident.to_string().starts_with("AbortOnDrop"))
}
