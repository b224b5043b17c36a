//! Finds the context parameter, as far as the syntax shows.

use proc_macro2::Ident;
use syn::{GenericParam, Pat, PatType, Type};
use taskward_rules::is_called_context;

use super::function::Function;
use crate::syntax::tokens::unraw;
use crate::syntax::types::{is_opaque, ungroup};

/// Types of the language and of the prelude, which are never a context.
const PLAIN: [&str; 19] = [
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    "f32", "f64", "String", "Vec",
];

/// How certain it is that a parameter is the context.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// The type has a context's name.
    Called,
    /// The parameter is named `ctx`: the compiler checks the type.
    Named,
    /// The type may be an alias: the compiler checks it.
    Perhaps,
}

/// Finds the context parameter, in any position. Returns its index after `self`, and how certain
/// it is.
///
/// A parameter with a context type comes first, then one named `ctx`, then the first parameter,
/// which may be an alias.
pub(crate) fn find(function: &Function) -> Option<(usize, Kind)> {
    if let Some(at) = function.params().position(|param| is_called_context(&param.ty)) {
        return Some((at, Kind::Called));
    }
    if let Some(at) = function.params().position(|param| is_named_ctx(param) && may_be_context(param, function)) {
        return Some((at, Kind::Named));
    }
    function.params().next().filter(|first| may_be_context(first, function)).map(|_| (0, Kind::Perhaps))
}

/// Returns whether the parameter is named `ctx`.
pub(crate) fn is_named_ctx(param: &PatType) -> bool {
    matches!(&*param.pat, Pat::Ident(name) if matches!(unraw(&name.ident).as_str(), "ctx" | "_ctx"))
}

/// Returns `false` if the parameter cannot be a context, so that it is left alone.
pub(crate) fn may_be_context(param: &PatType, function: &Function) -> bool {
    // A context cannot be destructured.
    if !matches!(&*param.pat, Pat::Ident(_) | Pat::Wild(_)) {
        return false;
    }
    let mut ty = ungroup(&param.ty);
    while let Type::Reference(reference) = ty {
        ty = ungroup(&reference.elem);
    }
    // `impl Trait` cannot be named inside the function, and is not a context.
    let (Type::Path(path), false) = (ty, is_opaque(ty)) else { return false };
    let Some(name) = path.path.get_ident() else { return true };
    let is_generic = function.sig.generics.params.iter().any(|param| match param {
        GenericParam::Type(param) => &param.ident == name,
        _ => false,
    });
    !is_generic && !is_plain(name) && name != "Self"
}

/// Returns whether the name is that of a type of the language or of the prelude.
pub(crate) fn is_plain(name: &Ident) -> bool {
    PLAIN.iter().any(|plain| name == plain)
}
