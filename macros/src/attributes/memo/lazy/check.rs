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
        Error::new(&output, "the value is stored, and the type `impl Trait` cannot be named")
            .help("write the type, or a `Box<dyn Trait + Send + Sync>`")
    } else {
        Error::new(&function.sig.ident, format!("`{}` returns no value to share", function.name()))
            .help("write `-> Result<Arc<T>, E>`, and return a `Result<T, E>` from the body")
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
        Cell::Own => Error::new(receiver, "this `#[lazy]` has one value for all objects")
            .help("write `#[lazy(self.field)]`, with a field of type `Lazy<T>`"),
        Cell::Given(cell) if !is_named(cell) => {
            Error::new(receiver, "the cached value would depend on the first caller's object")
                .help("write `#[lazy(self.field)]`, or remove `self`")
        }
        Cell::Given(_) if !is_shared => {
            Error::new(receiver, "all callers share the object with the value").help("write `&self`")
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
                .help("make it the first parameter after `self`"),
        );
    } else if !is_context && !is_place {
        let what = param.pat.to_token_stream();
        let error = Error::new(param, format!("the cached value would depend on the first caller's `{what}`"));
        errors.push(error.help("store it in the object, or keep one value for each: `#[lazy(self.shards[n])]`"));
    }
}

fn is_named(cell: &Expr, param: &PatType) -> bool {
    matches!(&*param.pat, Pat::Ident(name) if Names::of_expr(cell).may_use(&name.ident))
}

fn check_generics(function: &Function, errors: &mut Errors) {
    let generic = function.sig.generics.params.iter().find(|param| !matches!(param, GenericParam::Lifetime(_)));
    if let Some(generic) = generic {
        let what = format!("`{}` is generic, but has one value for all types", function.name());
        errors
            .push(Error::new(generic, what).help(
                "write a function for each type, or write `#[lazy(self.field)]`, with a field of type `Lazy<T>`",
            ));
    }
    if self_type(&function.output().ty()).is_some() {
        let error = Error::new(function.output(), "the value is stored in a static, which cannot name `Self`");
        errors.push(error.help("write the name of the type"));
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
