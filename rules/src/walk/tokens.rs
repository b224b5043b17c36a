//! Tokens that are not syntax yet: the arguments of a macro that is not known.

use proc_macro2::{Ident, TokenStream, TokenTree};

/// Returns whether an identifier or a literal (a format string may capture it) contains `name`.
pub(crate) fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().contains(&name.to_string()),
        TokenTree::Punct(_) => false,
    })
}
