//! The key: an owned value, made from the parameters.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::krate::Krate;

/// Evaluates an expression over the parameters and passes it to a function that wraps it.
type Evaluate<'a> = dyn Fn(&Expr, &dyn Fn(TokenStream) -> TokenStream) -> TokenStream + 'a;

/// An expression for the owned key. A tuple is converted element by element, so that `&str` may be
/// an element.
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
        // Place expressions are borrowed, because the run needs the parameters too.
        Expr::Path(_) | Expr::Field(_) | Expr::Index(_) => {
            evaluate(key, &|place| quote_spanned!(span=> #private::KeyAt(&#place).owned()))
        }
        _ => evaluate(key, &|value| quote_spanned!(span=> #private::KeyOf(#value).owned())),
    }
}
