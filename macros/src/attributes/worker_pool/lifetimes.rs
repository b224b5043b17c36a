//! Names for elided lifetimes and `impl Trait` in an item's type: `impl IntoIterator<Item = &str>`
//! allows no elided lifetime, and a `where` clause no `impl Trait`.

use proc_macro2::{Ident, Span};
use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, Lifetime, Type, TypeReference, parse_quote};

/// Names the elided lifetimes, and returns the names.
pub(super) fn name(ty: &mut Type) -> Vec<Lifetime> {
    let mut naming = Naming(Vec::new());
    naming.visit_type_mut(ty);
    naming.0
}

struct Naming(Vec<Lifetime>);

impl Naming {
    fn fresh(&mut self) -> Lifetime {
        let name = Lifetime::new(&format!("'item{}", self.0.len()), Span::mixed_site());
        self.0.push(name.clone());
        name
    }
}

impl VisitMut for Naming {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.fresh());
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.fresh();
        }
    }

    // The lifetimes of a `fn` pointer are its own.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}
}

/// Gives each `impl Trait` a name, and returns the type parameters.
pub(super) fn name_opaque(ty: &mut Type) -> Vec<GenericParam> {
    struct Opaque(Vec<GenericParam>);
    impl VisitMut for Opaque {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            visit_mut::visit_type_mut(self, ty);
            if let Type::ImplTrait(opaque) = ty {
                let name = Ident::new(&format!("Item{}", self.0.len()), Span::mixed_site());
                let bounds = &opaque.bounds;
                self.0.push(parse_quote!(#name: #bounds));
                *ty = parse_quote!(#name);
            }
        }
    }
    let mut named = Opaque(Vec::new());
    named.visit_type_mut(ty);
    named.0
}
