//! Types, as far as the syntax shows.

use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Lifetime, Receiver, ReceiverKind, Type, TypeReference, parse_quote};

/// Removes the invisible group around a type that came through `macro_rules!`.
pub(crate) fn ungroup(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

/// The kind of reference of `self`.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Borrow {
    Shared,
    Exclusive,
}

/// Returns the kind of reference of `self`, or `None` for any other `self`.
pub(crate) fn borrowed_self(receiver: &Receiver) -> Option<Borrow> {
    let mutability = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability,
        ReceiverKind::Typed(_, ty) => match ungroup(ty) {
            Type::Reference(reference) => &reference.mutability,
            _ => return None,
        },
        _ => return None,
    };
    Some(if mutability.is_some() { Borrow::Exclusive } else { Borrow::Shared })
}

/// Returns whether `impl Trait` is part of the type.
pub(crate) fn is_opaque(ty: &Type) -> bool {
    opaque(ty).is_some()
}

/// The first `impl Trait` in the type.
pub(crate) fn opaque(ty: &Type) -> Option<syn::TypeImplTrait> {
    struct Finder(Option<syn::TypeImplTrait>);
    impl<'a> Visit<'a> for Finder {
        fn visit_type_impl_trait(&mut self, opaque: &'a syn::TypeImplTrait) {
            self.0.get_or_insert_with(|| opaque.clone());
        }
    }
    let mut finder = Finder(None);
    finder.visit_type(ty);
    finder.0
}

/// The first `Self` in the type.
pub(crate) fn self_type(ty: &Type) -> Option<&Ident> {
    struct Finder<'t>(Option<&'t Ident>);
    impl<'t> Visit<'t> for Finder<'t> {
        fn visit_path(&mut self, path: &'t syn::Path) {
            if let Some(first) = path.segments.first().filter(|first| first.ident == "Self") {
                self.0.get_or_insert(&first.ident);
            }
            visit::visit_path(self, path);
        }
    }
    let mut finder = Finder(None);
    finder.visit_type(ty);
    finder.0
}

/// The first reference in the type that is not `'static`.
pub(crate) fn borrow(ty: &Type) -> Option<&TypeReference> {
    struct Finder<'t>(Option<&'t TypeReference>);
    impl<'t> Visit<'t> for Finder<'t> {
        fn visit_type_reference(&mut self, reference: &'t TypeReference) {
            if !is_static(reference) {
                self.0.get_or_insert(reference);
            }
            visit::visit_type_reference(self, reference);
        }
    }
    let mut finder = Finder(None);
    finder.visit_type(ty);
    finder.0
}

/// Returns whether the reference is a `&'static` one.
pub(crate) fn is_static(reference: &TypeReference) -> bool {
    reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static")
}

/// The type without the function's lifetimes, as an inner item or block can name it.
pub(crate) fn without_lifetimes(ty: &Type) -> Type {
    let mut ty = ty.clone();
    ElideLifetimes.visit_type_mut(&mut ty);
    ty
}

struct ElideLifetimes;

impl VisitMut for ElideLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.take_if(|lifetime| lifetime.ident != "static");
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            *lifetime = parse_quote!('_);
        }
    }
}

/// The type with `_` in place of each `impl Trait`, which a body cannot name.
pub(crate) fn without_opaque(ty: &Type) -> Type {
    struct Erase;
    impl VisitMut for Erase {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::ImplTrait(_) = ty {
                *ty = parse_quote!(_);
            } else {
                visit_mut::visit_type_mut(self, ty);
            }
        }
    }
    let mut ty = ty.clone();
    Erase.visit_type_mut(&mut ty);
    ty
}

/// The type arguments of the last segment, if it is called `name`.
pub(crate) fn arguments_of<'t>(ty: &'t Type, name: &str) -> Option<Vec<&'t Type>> {
    let Type::Path(path) = ungroup(ty) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    let types = args.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}
