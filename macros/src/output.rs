//! The result type, as far as syntax can say.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeParamBound};

use crate::diagnostics::{Error, spelled};
use crate::params::mentions;

/// The type that the function's future yields.
pub(crate) struct Output {
    /// `None` where nothing is written, which is `()`.
    ty: Option<Type>,
}

impl Output {
    /// `boxed`: the type is `#[async_trait]`'s `Pin<Box<dyn Future<Output = T> + …>>`.
    pub(crate) fn new(output: &ReturnType, boxed: bool) -> Self {
        let written = match output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ungroup(ty)),
        };
        let ty = match written {
            Some(ty) if boxed => future_output(ty).cloned(),
            ty => ty.cloned(),
        };
        Self { ty }
    }

    /// The type as written, `()` if none is.
    pub(crate) fn ty(&self) -> Type {
        self.ty.clone().unwrap_or_else(|| syn::parse_quote!(()))
    }

    /// Whether a type is written.
    pub(crate) fn is_written(&self) -> bool {
        self.ty.is_some()
    }

    /// Where messages about the type point: a span for generated code that stands for it.
    pub(crate) fn span(&self) -> Span {
        self.ty.as_ref().map_or_else(Span::call_site, Spanned::span)
    }

    pub(crate) fn is_never(&self) -> bool {
        matches!(self.ty, Some(Type::Never(_)))
    }

    /// Whether there is an `impl Trait` in it.
    pub(crate) fn is_opaque(&self) -> bool {
        mentions(&self.to_token_stream(), &Ident::new("impl", Span::call_site()))
    }

    /// A statement that tells the compiler the type of an `async` block, without which `?` and `return` in it are
    /// not inferred, and errors in it point at the block instead of at the value. It is never taken.
    pub(crate) fn return_edge(&self) -> TokenStream {
        if self.is_never() {
            return TokenStream::new();
        }
        let mut ty = self.ty();
        EraseImplTrait.visit_type_mut(&mut ty);
        edge(&Ident::new("__taskward_return", self.span()), &ty)
    }
}

/// The statement, for a block that makes a `ty`. Its span is that of `name`.
pub(crate) fn edge(name: &Ident, ty: impl ToTokens) -> TokenStream {
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

/// Takes away the invisible brackets around a type that came through `macro_rules!`.
pub(crate) fn ungroup(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

/// What can be kept instead of a value that has no size of its own; `None` of any other type.
pub(crate) fn sized(ty: &Type) -> Option<String> {
    match ungroup(ty) {
        Type::Paren(paren) => sized(&paren.elem),
        Type::Path(path) if path.path.is_ident("str") => Some("String".to_owned()),
        Type::Slice(slice) => Some(format!("Vec<{}>", spelled(&slice.elem))),
        Type::TraitObject(object) => Some(format!("Box<{}>", spelled(object))),
        _ => None,
    }
}

pub(crate) fn has_no_size(ty: &Type) -> Error {
    Error::new(ty, format!("the body cannot make a `{}`, which has no size", spelled(ty)))
}

/// `impl Trait` cannot be written inside a body; the compiler knows the type from elsewhere.
struct EraseImplTrait;

impl VisitMut for EraseImplTrait {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(_) = ty {
            *ty = syn::parse_quote!(_);
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

/// The `T` in `Pin<Box<dyn Future<Output = T> + …>>`.
fn future_output(ty: &Type) -> Option<&Type> {
    fn argument(ty: &Type) -> Option<&Type> {
        let Type::Path(path) = ungroup(ty) else { return None };
        let PathArguments::AngleBracketed(args) = &path.path.segments.last()?.arguments else { return None };
        args.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
    }
    let Type::TraitObject(object) = argument(argument(ty)?)? else { return None };
    object.bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let PathArguments::AngleBracketed(args) = &bound.path.segments.last()?.arguments else { return None };
        args.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
            _ => None,
        })
    })
}
