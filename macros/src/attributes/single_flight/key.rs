//! The key: owned, and made of what stays there for the run.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::krate::Krate;

/// An expression for the owned key. A tuple is made of its parts, so that `&str` may be one of them.
pub(super) fn tokens(key: &Expr, krate: &Krate, in_words: &impl Fn(TokenStream) -> TokenStream) -> TokenStream {
    let span = key.span();
    let private = krate.private_at(span);
    match key {
        Expr::Tuple(tuple) if !tuple.elems.is_empty() => {
            let parts = tuple.elems.iter().map(|part| tokens(part, krate, in_words));
            quote!((#(#parts,)*))
        }
        Expr::Paren(inner) => tokens(&inner.expr, krate, in_words),
        Expr::Group(inner) => tokens(&inner.expr, krate, in_words),
        // Places: they are there for the run as well.
        Expr::Path(_) | Expr::Field(_) | Expr::Index(_) => {
            let place = in_words(key.to_token_stream());
            quote_spanned!(span=> (&&#private::KeyAt(&#place)).owned())
        }
        _ => {
            let value = in_words(key.to_token_stream());
            quote_spanned!(span=> (&&#private::KeyOf::new(#value)).owned())
        }
    }
}
