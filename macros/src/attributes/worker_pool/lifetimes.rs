//! Names for the lifetimes of a borrowed item: in `impl IntoIterator<Item = &str>` none may be left out.

use proc_macro2::Span;
use syn::visit_mut::{self, VisitMut};
use syn::{Lifetime, Type, TypeReference};

/// Names those that were left out, and returns the names.
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

    // Their own lifetimes mean something else.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}
}
