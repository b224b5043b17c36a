//! Groups, blocks and spans.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Block;
use syn::parse::Parser;
use syn::token::Brace;

/// Braces with the spans of `like` and other content.
pub(crate) fn braces(like: &Group, content: TokenStream) -> Group {
    group_like(like, Delimiter::Brace, content)
}

/// A group with the spans of `like` and other content.
pub(crate) fn group_like(like: &Group, delimiter: Delimiter, content: TokenStream) -> Group {
    let mut group = Group::new(delimiter, content);
    group.set_span(like.span());
    group
}

/// The span of the attribute, if there are no arguments to point at.
pub(crate) fn attribute_span() -> TokenStream {
    Ident::new("attribute", Span::call_site()).into_token_stream()
}

/// A local variable that user code cannot name. Hidden names of parameters never begin with
/// underscores.
pub(crate) fn hidden(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}

/// The name without `r#`.
pub(crate) fn unraw(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

/// Returns whether the identifier occurs anywhere; for tokens that do not parse.
pub(crate) fn contains(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => unraw(&word) == name,
        TokenTree::Group(group) => contains(&group.stream(), name),
        TokenTree::Literal(_) | TokenTree::Punct(_) => false,
    })
}

/// Parses a block. Returns `None` if it does not parse.
pub(crate) fn block(braces: &Group) -> Option<Block> {
    let stmts = Block::parse_within.parse2(braces.stream()).ok()?;
    Some(Block { brace_token: Brace { span: braces.delim_span() }, stmts })
}
