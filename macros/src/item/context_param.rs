//! Finds the context parameter, as far as syntax tells.

use proc_macro2::Ident;
use syn::{GenericParam, Pat, PatType, Type};
use taskward_rules::is_called_context;

use super::function::Function;
use crate::syntax::tokens::unraw;
use crate::syntax::types::{is_opaque, ungroup};

/// Types of the language and of the prelude: none of them is a context.
const PLAIN: [&str; 19] = [
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    "f32", "f64", "String", "Vec",
];

/// The knowledge that syntax has of a context parameter.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Its type is called a context.
    Called,
    /// The parameter is called `ctx`: the type decides.
    Named,
    /// Perhaps an alias: the type decides.
    Perhaps,
}

/// The parameter that is the context, wherever it stands: the position after `self`, and what is
/// known of it.
///
/// One whose type is called a context; else one that is called `ctx`; else the first, which may be
/// an alias.
pub(crate) fn find(function: &Function) -> Option<(usize, Kind)> {
    if let Some(at) = function.params().position(|param| is_called_context(&param.ty)) {
        return Some((at, Kind::Called));
    }
    if let Some(at) = function.params().position(|param| is_named_ctx(param) && may_be_context(param, function)) {
        return Some((at, Kind::Named));
    }
    function.params().next().filter(|first| may_be_context(first, function)).map(|_| (0, Kind::Perhaps))
}

/// Returns whether the parameter is called `ctx`.
pub(crate) fn is_named_ctx(param: &PatType) -> bool {
    matches!(&*param.pat, Pat::Ident(name) if matches!(unraw(&name.ident).as_str(), "ctx" | "_ctx"))
}

/// Rules out what cannot be a context, so that ordinary parameters are left alone.
pub(crate) fn may_be_context(param: &PatType, function: &Function) -> bool {
    // A context has nothing that could be taken out of it.
    if !matches!(&*param.pat, Pat::Ident(_) | Pat::Wild(_)) {
        return false;
    }
    let mut ty = ungroup(&param.ty);
    while let Type::Reference(reference) = ty {
        ty = ungroup(&reference.elem);
    }
    // `impl Trait` cannot be named inside the function, and a context is not one.
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
