//! The requirements of `#[once]`.

use syn::{Expr, GenericArgument, GenericParam, Lifetime, PatType, PathArguments, ReturnType, Type, TypeReference};
use taskward_rules::is_called_context;

use crate::diagnostics::{Error, Errors, type_to_string};
use crate::item::Function;
use crate::item::context_param::is_plain;
use crate::item::output::{Output, has_no_size, sized};
use crate::syntax::types::{is_static, self_type, ungroup};

pub(super) fn check(function: &Function, cell: Option<&Expr>, errors: &mut Errors) {
    generics(function, errors);
    arguments(function, cell, errors);
    output(function, cell, errors);
}

/// Reports type parameters: the value would depend on them.
fn generics(function: &Function, errors: &mut Errors) {
    let generic = function.sig.generics.params.iter().find(|param| !matches!(param, GenericParam::Lifetime(_)));
    if let Some(generic) = generic {
        let name = function.name();
        let error = Error::new(generic, format!("`{name}` is generic, but its value is stored once for all types"));
        errors.push(error.help("write a function for each type that calls a generic one"));
    }
}

fn arguments(function: &Function, cell: Option<&Expr>, errors: &mut Errors) {
    let name = function.name();
    if let (Some(receiver), None) = (function.sig.receiver(), cell) {
        let error = Error::new(
            receiver.self_token,
            format!("the value of `{name}` is stored once for the whole program, not in `self`"),
        );
        errors.push(error.help("write `#[once(self.field)]`, with a field of type `Once<T, E>`"));
    }
    let argument = function.params().enumerate().find(|(at, param)| *at > 0 || !may_be_context(param));
    if let Some((_, argument)) = argument {
        let error =
            Error::new(argument, format!("the cached value of `{name}` would depend on the first caller's argument"));
        errors.push(error.help(
            "use a value that all callers share, such as a field with `#[once(self.field)]`; to share calls with equal arguments, write `#[single_flight(key = …)]`",
        ));
    }
}

/// Returns whether the type is named like a context, or may be an alias of one.
fn may_be_context(param: &PatType) -> bool {
    let mut ty = ungroup(&param.ty);
    while let Type::Reference(reference) = ty {
        ty = ungroup(&reference.elem);
    }
    let Type::Path(path) = ty else { return false };
    let plain = path.path.segments.last().is_none_or(|last| is_plain(&last.ident));
    is_called_context(&param.ty) || !plain
}

/// The shape of a result type.
pub(super) enum Shape {
    /// A shared reference, or a result with one.
    Reference,
    /// A mutable reference.
    MutableReference,
    /// Anything else, or an alias.
    Owned,
}

pub(super) fn shape(output: &Output) -> Shape {
    match parts_of(&output.ty()).map(|parts| parts.value) {
        Some(Type::Reference(reference)) if reference.mutability.is_some() => Shape::MutableReference,
        Some(Type::Reference(_)) => Shape::Reference,
        _ => Shape::Owned,
    }
}

/// Returns whether such a value can be made.
pub(super) fn is_makeable(output: &Output) -> bool {
    let is_unsized = match parts_of(&output.ty()).map(|parts| parts.value) {
        Some(Type::Reference(reference)) => sized(&reference.elem).is_some(),
        _ => false,
    };
    !output.is_opaque() && !is_unsized
}

/// Returns the function with the missing lifetime added to its result.
pub(super) fn add_lifetime(function: &Function, cell: Option<&Expr>) -> Option<Function> {
    let mut completed = function.clone();
    let ReturnType::Type(_, ty) = &mut completed.sig.output else { return None };
    let reference = reference_in(ty).filter(|reference| cell.is_none() && reference.lifetime.is_none())?;
    reference.lifetime = Some(Lifetime::new("'static", reference.and_token.span));
    Some(completed)
}

fn reference_in(ty: &mut Type) -> Option<&mut TypeReference> {
    match ty {
        Type::Reference(reference) => Some(reference),
        Type::Group(group) => reference_in(&mut group.elem),
        Type::Path(path) => match &mut path.path.segments.last_mut().filter(|last| last.ident == "Result")?.arguments {
            PathArguments::AngleBracketed(args) => match args.args.first_mut()? {
                GenericArgument::Type(value) => reference_in(value),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The parts of a result type.
struct Parts<'t> {
    value: &'t Type,
    /// The rest of `Result<T, E>`, if it is one.
    result: Option<&'t Type>,
}

/// Returns `None` where the syntax does not show a reference.
fn parts_of(ty: &Type) -> Option<Parts<'_>> {
    let ty = ungroup(ty);
    match ty {
        Type::Reference(_) => Some(Parts { value: ty, result: None }),
        Type::Path(path) => {
            let last = path.path.segments.last().filter(|last| last.ident == "Result")?;
            let PathArguments::AngleBracketed(args) = &last.arguments else { return None };
            let GenericArgument::Type(value) = args.args.first()? else { return None };
            Some(Parts { value: ungroup(value), result: Some(ty) })
        }
        _ => None,
    }
}

fn output(function: &Function, cell: Option<&Expr>, errors: &mut Errors) {
    let output = function.output();
    let name = function.name();
    if !output.is_written() {
        let error = Error::new(&function.sig.ident, format!("`{name}` returns no value to store"));
        errors.push(error.help("write `-> &'static T` or `-> Result<&'static T, E>`"));
        return;
    }
    if output.is_opaque() {
        let error = Error::new(&output, "the value is stored, and the type `impl Trait` cannot be named");
        errors.push(error.help("write a reference to the type, or to a `Box<dyn Trait + Send + Sync>`"));
        return;
    }
    let ty = output.ty();
    let wanted = if cell.is_none() { "&'static " } else { "&" };
    let Some(Parts { value, result }) = parts_of(&ty) else { return };
    let right = |value: &Type| {
        let right = format!("{wanted}{}", type_to_string(value));
        match result {
            Some(result) => type_to_string(result).replacen(&type_to_string(value), &right, 1),
            None => right,
        }
    };
    match value {
        Type::Reference(reference) => {
            if reference.mutability.is_some() {
                let error = Error::new(reference, "all callers share the value, so it cannot be borrowed mutably");
                errors.push(error.help("write a shared reference; a value that changes needs a lock inside"));
            } else if cell.is_none() && !is_static(reference) {
                let error = Error::new(
                    reference,
                    "the value lives for the whole program, so this reference has to be `'static`",
                );
                errors.push(error.help(format!("write `&'static {}`", type_to_string(&reference.elem))));
            } else if let Some(sized) = sized(&reference.elem) {
                errors.push(has_no_size(&reference.elem).help(format!("write `{wanted}{sized}`, which derefs to it")));
            }
        }
        owned => {
            let error = Error::new(owned, format!("`{name}` stores the value, so callers get a reference to it"));
            errors.push(error.help(format!("write `-> {}`, and leave the body unchanged", right(owned))));
        }
    }
    if cell.is_none()
        && let Some(this) = self_type(&ty)
    {
        let error = Error::new(this, "the value is stored in a static, which cannot name `Self`");
        errors.push(error.help("write the name of the type"));
    }
}
