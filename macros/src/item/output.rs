//! The result type, as far as the syntax shows.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use super::foreign;
use crate::diagnostics::{Error, type_to_string};
use crate::syntax::types::{is_opaque, ungroup, without_opaque};

/// The type that the function's future yields.
pub(crate) struct Output {
    /// `None` if no type is written, which means `()`.
    ty: Option<Type>,
}

/// How the signature spells the type.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Spelling {
    /// `-> R`
    Itself,
    /// `#[async_trait]`'s `-> Pin<Box<dyn Future<Output = R> + …>>`
    Boxed,
    /// `-> impl Future<Output = R> + …`
    Returned,
}

impl Output {
    pub(crate) fn new(output: &ReturnType, spelling: Spelling) -> Self {
        let written = match output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ungroup(ty)),
        };
        let ty = match (written, spelling) {
            (Some(ty), Spelling::Boxed) => foreign::boxed_output(ty),
            (Some(ty), Spelling::Returned) => foreign::returned_output(ty),
            (ty, _) => ty,
        };
        Self { ty: ty.cloned() }
    }

    /// The written type, or `()`.
    pub(crate) fn ty(&self) -> Type {
        self.ty.clone().unwrap_or_else(|| syn::parse_quote!(()))
    }

    /// Returns whether a type is written.
    pub(crate) fn is_written(&self) -> bool {
        self.ty.is_some()
    }

    /// The span of messages about the type, for generated code in its place.
    pub(crate) fn span(&self) -> Span {
        self.ty.as_ref().map_or_else(Span::call_site, Spanned::span)
    }

    pub(crate) fn is_never(&self) -> bool {
        matches!(self.ty, Some(Type::Never(_)))
    }

    /// Returns whether the type contains `impl Trait`.
    pub(crate) fn is_opaque(&self) -> bool {
        self.ty.as_ref().is_some_and(is_opaque)
    }

    /// A statement that states the type of an `async` block. Without it, `?` and `return` in the
    /// block are not inferred, and errors point at the block instead of at the value. It is never
    /// executed.
    pub(crate) fn type_hint(&self) -> TokenStream {
        if self.is_never() {
            return TokenStream::new();
        }
        type_hint(&Ident::new("__taskward_return", self.span()), without_opaque(&self.ty()))
    }
}

/// The statement for a block of type `ty`, with the span of `name`.
pub(crate) fn type_hint(name: &Ident, ty: impl ToTokens) -> TokenStream {
    quote_spanned! {name.span()=>
        if let ::core::option::Option::Some(#name) = ::core::option::Option::None::<#ty> {
            return #name;
        }
    }
}

impl ToTokens for Output {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ty = self.ty();
        tokens.extend(quote!(#ty));
    }
}

/// A sized type that can be stored in place of an unsized one; `None` for any other type.
pub(crate) fn sized(ty: &Type) -> Option<String> {
    match ungroup(ty) {
        Type::Paren(paren) => sized(&paren.elem),
        Type::Path(path) if path.path.is_ident("str") => Some("String".to_owned()),
        Type::Slice(slice) => Some(format!("Vec<{}>", type_to_string(&slice.elem))),
        Type::TraitObject(object) => Some(format!("Box<{}>", type_to_string(object))),
        _ => None,
    }
}

pub(crate) fn has_no_size(ty: &Type) -> Error {
    Error::new(ty, format!("the body cannot return a `{}`, which is unsized", type_to_string(ty)))
}
