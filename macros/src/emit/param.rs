//! A parameter after `self`: its names, and how the body receives it.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::visit::{self, Visit};
use syn::{Attribute, Pat, PatIdent, Token, Type};

use crate::syntax::scope::bound_by;
use crate::syntax::tokens::{hidden, unraw};

/// A parameter under a name for generated code.
pub(crate) struct Param {
    /// The name in generated code, and in the signature.
    pub(crate) name: Ident,
    pub(super) attrs: Vec<Attribute>,
    /// The pattern that the user wrote.
    pub(crate) pattern: Pat,
    pub(crate) ty: Type,
    /// `true` if an attribute uses the parameter, so that the compiler must not report it as
    /// unused.
    pub(super) is_used: bool,
}

impl Param {
    /// Returns whether the pattern is a name.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(&self.pattern, Pat::Ident(PatIdent { by_ref: None, subpat: None, .. }))
    }

    pub(crate) fn is_wild(&self) -> bool {
        matches!(&self.pattern, Pat::Wild(_))
    }

    /// Binds the pattern as the compiler does: the whole value is moved first, so that its unbound
    /// parts are dropped right after the bound ones.
    pub(super) fn rebind(&self) -> TokenStream {
        let Self { name, attrs, pattern, .. } = self;
        let used = self.used();
        if let (Pat::Ident(PatIdent { ident, .. }), true) = (pattern, self.is_plain()) {
            // Clippy reports such names on a `let`, but not on a parameter.
            let allow = is_unused_name(ident).then(|| quote!(#[allow(clippy::no_effect_underscore_binding)]));
            return quote!(#(#attrs)* #allow let #pattern = #name; #used);
        }
        if self.is_wild() {
            let kept = hidden(&format!("kept_{}", unraw(name)));
            return quote!(let #kept = #name;);
        }
        // A pattern may borrow mutably.
        let is_mut = borrows_mutably(pattern).then(|| quote!(mut));
        quote!(let #is_mut #name = #name; #(#attrs)* let #pattern = #name; #used)
    }

    /// The `mut` of the pattern.
    pub(crate) fn mutability(&self) -> Option<Token![mut]> {
        match &self.pattern {
            Pat::Ident(name) => name.mutability,
            _ => None,
        }
    }

    /// Returns whether the signature has another name than the user's.
    pub(super) fn is_renamed(&self) -> bool {
        matches!(&self.pattern, Pat::Ident(name) if name.ident != self.name)
    }

    /// Marks the names as used. Clippy forbids the use of a name with an underscore in front.
    fn used(&self) -> TokenStream {
        if !self.is_used {
            return TokenStream::new();
        }
        let names = bound_by(&self.pattern).into_iter().filter(|name| !is_unused_name(name));
        quote!(#(let _ = &#names;)*)
    }
}

/// Returns whether the pattern has a `ref mut`.
fn borrows_mutably(pattern: &Pat) -> bool {
    struct Finder(bool);
    impl<'a> Visit<'a> for Finder {
        fn visit_pat_ident(&mut self, name: &'a PatIdent) {
            self.0 |= name.by_ref.is_some() && name.mutability.is_some();
            visit::visit_pat_ident(self, name);
        }
    }
    let mut finder = Finder(false);
    finder.visit_pat(pattern);
    finder.0
}

/// Returns whether the name marks the variable as unused on purpose.
pub(super) fn is_unused_name(name: &Ident) -> bool {
    name.to_string().starts_with('_')
}
