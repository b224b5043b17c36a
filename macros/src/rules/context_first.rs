//! `context_first`: the context is the first parameter, after `self`.
//!
//! Forbids an annotated function without a context parameter, or with one in another place. A context in a fixed
//! place is one that every reader finds and every caller passes on; one that is missing cannot be cancelled at all.
//!
//! Instead: `ctx: &Context` in front, or `#[cancellable(ambient)]` where the signature is not yours to change.
//!
//! Limits: by syntax it only sees types that are *called* `Context` or `CancellationToken`. Whether the first parameter
//! really is a context the compiler decides by its type, so that aliases work.

use syn::{Type, TypePath};

use super::Allowed;
use crate::diagnostics::{Error, Errors};
use crate::function::Function;
use crate::output::ungroup;

const NAME: &str = "context_first";

pub(crate) fn check(function: &Function, allowed: &Allowed, errors: &mut Errors) {
    if allowed.contains(NAME) {
        return;
    }
    let mut params = function.params();
    let Some(first) = params.next() else {
        let name = &function.sig.ident;
        errors.push(
            Error::new(name, format!("`{name}` has no context parameter, so nothing can interrupt it"))
                .help("make `ctx: &Context` its first parameter; where the signature is not yours: `#[cancellable(ambient)]`")
                .rule(NAME, allowed.attribute),
        );
        return;
    };
    if let (Type::Reference(reference), true) = (ungroup(&first.ty), is_called_context(&first.ty))
        && reference.mutability.is_some()
    {
        let error = Error::new(&first.ty, "a context is never changed, and shared by all that it is passed to");
        errors.push(error.help("write `&Context`"));
    }
    if is_called_context(&first.ty) {
        return;
    }
    if let Some(late) = params.find(|param| is_called_context(&param.ty)) {
        errors.push(
            Error::new(late, "the context is not the first parameter")
                .help("move it to the front, behind `self` if there is one")
                .rule(NAME, allowed.attribute),
        );
    }
}

/// Whether a type's name says that it is a context.
pub(crate) fn is_called_context(ty: &Type) -> bool {
    match ungroup(ty) {
        Type::Reference(reference) => is_called_context(&reference.elem),
        Type::Path(TypePath { path, .. }) => {
            path.segments.last().is_some_and(|last| last.ident == "Context" || last.ident == "CancellationToken")
        }
        _ => false,
    }
}
