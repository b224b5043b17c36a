//! The requirements of `#[lazy]`: the value must not depend on the caller.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, GenericArgument, GenericParam, Pat, PatType, PathArguments, Receiver, ReceiverKind, Type};
use taskward_rules::is_called_context;

use super::cell::Cell;
use crate::diagnostics::{Error, Errors};
use crate::item::Function;
use crate::item::context_param::may_be_context;
use crate::item::output::{has_no_size, sized};
use crate::krate::Krate;
use crate::syntax::names::Names;
use crate::syntax::types::{self_type, ungroup};

pub(super) fn check(cell: &Cell, function: &Function, errors: &mut Errors) {
    check_output(function, errors);
    if let Some(receiver) = function.sig.receiver() {
        check_receiver(cell, receiver, errors);
    }
    for (index, param) in function.params().enumerate() {
        check_param(cell, function, index, param, errors);
    }
    if let Cell::Own = cell {
        check_generics(function, errors);
    }
}

/// Reports results that the trait bounds cannot describe.
fn check_output(function: &Function, errors: &mut Errors) {
    let output = function.output();
    if let Some((shared, sized)) = shared(&output.ty()).and_then(|shared| Some((shared, sized(shared)?))) {
        errors.push(has_no_size(shared).help(format!("write `Arc<{sized}>`, which derefs to it")));
    }
    if !has_odd_output(function) {
        return;
    }
    let error = if output.is_opaque() {
        Error::new(&output, "the value is kept, and an `impl Trait` is a type that cannot be written")
            .help("write the type, or a `Box<dyn Trait + Send + Sync>` in its place")
    } else {
        Error::new(&function.sig.ident, format!("`{}` has no value that its callers could share", function.name()))
            .help("write `-> Result<Arc<T>, E>`, of which the body makes a `Result<T, E>`")
    };
    errors.push(error);
}

/// Returns whether the value is made when the program runs, and has a size.
pub(super) fn is_makeable(function: &Function) -> bool {
    function.sig.constness.is_none() && shared(&function.output().ty()).and_then(sized).is_none()
}

/// The `T` of `Arc<T>` or `Result<Arc<T>, E>`, if it is written.
fn shared(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ungroup(ty) else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    let GenericArgument::Type(first) = args.args.first()? else { return None };
    match last.ident.to_string().as_str() {
        "Arc" | "LazyGuard" => Some(first),
        "Result" => shared(first),
        _ => None,
    }
}

pub(super) fn has_odd_output(function: &Function) -> bool {
    let output = function.output();
    let is_unit = matches!(output.ty(), Type::Tuple(unit) if unit.elems.is_empty());
    output.is_opaque() || output.is_never() || is_unit
}

fn check_receiver(cell: &Cell, receiver: &Receiver, errors: &mut Errors) {
    let is_named = |cell: &Expr| Names::of_expr(cell).may_use_word("self");
    let is_shared = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
        ReceiverKind::Typed(_, ty) => match ungroup(ty) {
            Type::Reference(reference) => reference.mutability.is_none(),
            // `Pin<&Self>`
            Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Pin"),
            _ => false,
        },
        _ => false,
    };
    let error = match cell {
        Cell::Own => Error::new(receiver, "this `#[lazy]` has one value, which all objects would share")
            .help("give each object its own: `#[lazy(self.field)]`, with a field `Lazy<T>`"),
        Cell::Given(cell) if !is_named(cell) => {
            Error::new(receiver, "the value would be that of the object whose caller dials first")
                .help("keep it in the object, `#[lazy(self.field)]`, or make this a function without `self`")
        }
        Cell::Given(_) if !is_shared => {
            Error::new(receiver, "the callers share the object that the value is kept in").help("write `&self`")
        }
        Cell::Unknown | Cell::Given(_) => return,
    };
    errors.push(error);
}

fn check_param(cell: &Cell, function: &Function, index: usize, param: &PatType, errors: &mut Errors) {
    let is_context = is_called_context(&param.ty) || index == 0 && may_be_context(param, function);
    let is_place = match cell {
        Cell::Unknown => return,
        Cell::Own => false,
        Cell::Given(cell) => is_named(cell, param),
    };
    if is_context && index > 0 && !is_place {
        errors.push(
            Error::new(param, "the context is not the first parameter")
                .help("move it to the front, behind `self` if there is one"),
        );
    } else if !is_context && !is_place {
        let what = param.pat.to_token_stream();
        let error = Error::new(param, format!("the value would be that of whoever dials first, with its `{what}`"));
        errors.push(error.help(
            "keep what the dial needs beside the value, in the object; or one value for each, in a place that names it: `#[lazy(self.shards[n])]`",
        ));
    }
}

fn is_named(cell: &Expr, param: &PatType) -> bool {
    matches!(&*param.pat, Pat::Ident(name) if Names::of_expr(cell).may_use(&name.ident))
}

fn check_generics(function: &Function, errors: &mut Errors) {
    let generic = function.sig.generics.params.iter().find(|param| !matches!(param, GenericParam::Lifetime(_)));
    if let Some(generic) = generic {
        let what = format!("`{}` is generic, and has one value for all types", function.name());
        errors.push(Error::new(generic, what).help(
            "write a function for each type, or keep the value in an object: `#[lazy(self.field)]`, with a field `Lazy<T>`",
        ));
    }
    if self_type(&function.output().ty()).is_some() {
        let error = Error::new(function.output(), "a static cannot name the type that this function belongs to");
        errors.push(error.help("write the type's own name instead of `Self`"));
    }
}

/// Requires, through its type, that a first parameter that is not used by the cell is a context.
/// The type decides, so that aliases work.
pub(super) fn about_params(cell: &Cell, function: &Function, krate: &Krate) -> TokenStream {
    let about = function.params().next().and_then(|first| {
        let is_place = matches!(cell, Cell::Given(cell) if is_named(cell, first));
        let ty = (!is_called_context(&first.ty) && !is_place).then_some(&first.ty)?;
        let private = krate.private_at(ty.span());
        Some(quote_spanned!(ty.span()=> #private::lazy_param::<#ty>();))
    });
    about.unwrap_or_default()
}
