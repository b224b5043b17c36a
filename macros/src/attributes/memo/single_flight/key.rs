//! The key: owned, and made of what stays there for the run.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::krate::Krate;

/// Makes an expression over the parameters, with something around it.
type Evaluate<'a> = dyn Fn(&Expr, &dyn Fn(TokenStream) -> TokenStream) -> TokenStream + 'a;

/// An expression for the owned key. A tuple is made of its parts, so that `&str` may be one of
/// them.
pub(super) fn tokens(key: &Expr, krate: &Krate, evaluate: &Evaluate<'_>) -> TokenStream {
    let span = key.span();
    let private = krate.private_at(span);
    match key {
        Expr::Tuple(tuple) if !tuple.elems.is_empty() => {
            let parts = tuple.elems.iter().map(|part| tokens(part, krate, evaluate));
            quote!((#(#parts,)*))
        }
        Expr::Paren(inner) => tokens(&inner.expr, krate, evaluate),
        Expr::Group(inner) => tokens(&inner.expr, krate, evaluate),
        // Places: they are there for the run as well.
        Expr::Path(_) | Expr::Field(_) | Expr::Index(_) => {
            evaluate(key, &|place| quote_spanned!(span=> (&&#private::KeyAt(&#place)).owned()))
        }
        _ => evaluate(key, &|value| quote_spanned!(span=> (&&#private::KeyOf::new(#value)).owned())),
    }
}
