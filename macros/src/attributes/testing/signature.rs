//! Attributes and parameters of a test function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, Meta, MetaNameValue, Pat, PatType};

use crate::item::Function;
use crate::krate::Krate;

/// The text that `#[should_panic]` expects, which may be empty.
pub(crate) fn should_panic(function: &Function) -> Option<String> {
    let attr = function.attrs.iter().find(|attr| attr.path().is_ident("should_panic"))?;
    let value = match &attr.meta {
        Meta::NameValue(value) => Some(value.value.clone()),
        Meta::List(list) => list.parse_args::<MetaNameValue>().ok().map(|expected| expected.value),
        Meta::Path(_) => None,
    };
    match value {
        Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Some(text.value()),
        _ => Some(String::new()),
    }
}

/// The statement that binds the test's context, of any kind, to `root`.
pub(super) fn bind(function: &Function, root: &Ident, krate: &Krate) -> TokenStream {
    let Some(PatType { attrs, pat, ty, .. }) = function.params().next() else { return TokenStream::new() };
    let private = krate.private_at(ty.span());
    let ctx = quote_spanned!(ty.span()=> #private::test_context::<#ty>(&#root));
    let unused = Ident::new("_ctx", Span::mixed_site());
    let name = if matches!(**pat, Pat::Wild(_)) { unused.to_token_stream() } else { pat.to_token_stream() };
    quote!(#(#attrs)* let #name: #ty = #ctx;)
}
