//! Tokens of unknown macros, which cannot be parsed.

use proc_macro2::{Ident, TokenStream, TokenTree};

/// Returns whether an identifier or a literal (a format string may capture it) contains `name`.
pub(crate) fn contains_name(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => contains_name(&group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().contains(&name.to_string()),
        TokenTree::Punct(_) => false,
    })
}
