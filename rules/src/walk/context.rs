//! Finds the context among the variables of a function.

use std::collections::HashSet;

use syn::{Block, Expr, Ident, Pat, PatType, Type};

use super::names::Names;
use super::syntax::{self, behind_references, called_as_function, declared, each_local, is_one};
use crate::engine::function::{Function, Role, is_called_context, ungroup};

/// Methods that return a child of a context, or the same context.
const DERIVE: [&str; 11] = [
    "with_cancel",
    "with_timeout",
    "with_deadline",
    "with_timeout_cause",
    "with_deadline_cause",
    "with_value",
    "merge",
    "clone",
    "child_token",
    "child",
    "to_owned",
];

const CONTEXTS: [&str; 3] = ["taskward::Context", "taskward::context::Context", "taskward::prelude::Context"];

const TOKENS: [&str; 2] =
    ["tokio_util::sync::CancellationToken", "tokio_util::sync::cancellation_token::CancellationToken"];

/// The context parameter.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    /// `true` for a `CancellationToken`, which has no time limits.
    pub(crate) is_token: bool,
}

/// Finds the context parameter by its type, or by its name if the type may be an alias.
pub(crate) fn parameter(function: &Function<'_>, names: &Names<'_>) -> Option<Parameter> {
    let variable = |param: &PatType| match &*param.pat {
        Pat::Ident(name) => Some(name.ident.clone()),
        _ => None,
    };
    let by_type = function.params().find_map(|param| {
        let is_token = kind(&param.ty, names)?;
        Some(Parameter { name: variable(param)?, is_token })
    });
    // The type may be an alias.
    by_type.or_else(|| {
        let name = function.params().next().and_then(variable).filter(|name| name == "ctx")?;
        let is_annotated = !matches!(function.role, Role::Plain);
        (is_annotated || !names.sees_module()).then_some(Parameter { name, is_token: false })
    })
}

/// Returns whether a type is a context (`Some(false)`) or a token (`Some(true)`).
pub(crate) fn kind(ty: &Type, names: &Names<'_>) -> Option<bool> {
    let mut ty = ungroup(ty);
    while let Type::Reference(reference) = ty {
        ty = ungroup(&reference.elem);
    }
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if !names.sees_module() {
        return is_called_context(ty).then(|| last.ident == "CancellationToken");
    }
    // `std::task::Context<'_>` has a lifetime, and so have the contexts of many template engines.
    if !last.arguments.is_none() {
        return None;
    }
    let segments = names.segments(&path.path);
    // Any path of the crate: re-exports within the workspace have been followed.
    let is_any = |items: &[&str]| match (items[0].split("::").next(), segments.as_slice()) {
        (krate, [first, .., _]) => {
            krate == Some(first) && items[0].rsplit("::").next() == segments.last().map(String::as_str)
        }
        _ => names.is_any(&path.path, items),
    };
    if is_any(&CONTEXTS) {
        Some(false)
    } else if is_any(&TOKENS) {
        Some(true)
    } else {
        None
    }
}

/// The names of the context, and of variables derived or cloned from it.
pub(crate) fn derived(ctx: &Ident, block: &Block) -> HashSet<String> {
    let mut known = HashSet::from([ctx.to_string()]);
    each_local(block, &mut |local| {
        let Some(init) = &local.init else { return };
        if let Some(base) = base(&init.expr)
            && known.contains(&base.to_string())
        {
            let name = match &local.pat {
                Pat::Tuple(pair) => pair.elems.first().and_then(declared),
                pat => declared(pat),
            };
            known.extend(name.map(ToString::to_string));
        }
    });
    known
}

/// The variable at the beginning of a chain of derivations.
fn base(expr: &Expr) -> Option<&Ident> {
    match behind_references(expr) {
        Expr::MethodCall(call) if is_one(&call.method, &DERIVE) => base(&call.receiver),
        Expr::Field(field) => base(&field.base),
        expr => match called_as_function(expr) {
            Some((first, name)) if is_one(name, &DERIVE) => base(first),
            Some(_) => None,
            None => syntax::variable(expr),
        },
    }
}

/// Returns whether an expression is the variable `ctx`, a reference to it or a clone of it.
pub(crate) fn is_ctx(expr: &Expr, ctx: &Ident) -> bool {
    match behind_references(expr) {
        Expr::MethodCall(call) => call.method == "clone" && is_ctx(&call.receiver, ctx),
        expr => syntax::variable(expr).is_some_and(|name| name == ctx),
    }
}

/// Returns whether the type of a field is a context: by its full path, or by its last segment if
/// the name may come from a glob import.
pub(crate) fn is_stored_context(ty: &Type, names: &Names<'_>) -> bool {
    let Type::Path(path) = ty else { return false };
    let inner = |name: &str| match path.path.segments.last() {
        Some(last) if last.ident == name => match &last.arguments {
            syn::PathArguments::AngleBracketed(args) => args.args.first(),
            _ => None,
        },
        _ => None,
    };
    if let Some(syn::GenericArgument::Type(ty)) = inner("Option").or_else(|| inner("Arc")) {
        return is_stored_context(ungroup(ty), names);
    }
    let is_unknown = || path.path.is_ident("Context") && names.is_unknown("Context");
    kind(ty, names) == Some(false) || is_unknown()
}
