//! Renames `self` in code that moves to a place without a `self`.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Item, Macro};

use super::format_string::{renamed, string};

/// The statements of a block with `self` renamed. Tokens that do not parse are renamed one by one.
pub(crate) fn in_block(tokens: TokenStream, name: &Ident) -> TokenStream {
    match Block::parse_within.parse2(tokens.clone()) {
        Ok(mut statements) => {
            for statement in &mut statements {
                Rename(name).visit_stmt_mut(statement);
            }
            quote!(#(#statements)*)
        }
        Err(_) => in_tokens(tokens, name),
    }
}

/// The expression with `self` renamed.
pub(crate) fn in_expr(expr: &Expr, name: &Ident) -> TokenStream {
    let mut expr = expr.clone();
    Rename(name).visit_expr_mut(&mut expr);
    expr.into_token_stream()
}

struct Rename<'n>(&'n Ident);

impl Rename<'_> {
    /// The new name with the span of the user's `self`, for messages.
    fn at(&self, this: &Ident) -> Ident {
        let mut name = self.0.clone();
        name.set_span(this.span().resolved_at(self.0.span()));
        name
    }
}

impl VisitMut for Rename<'_> {
    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        if path.qself.is_none() && path.path.is_ident("self") {
            let segment = &mut path.path.segments[0];
            segment.ident = self.at(&segment.ident);
        }
        visit_mut::visit_expr_path_mut(self, path);
    }

    /// A nested item has its own `self`.
    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        mac.tokens = in_tokens(mac.tokens.clone(), self.0);
    }
}

/// Renames token by token, for code that does not parse, such as the arguments of a macro.
fn in_tokens(tokens: TokenStream, name: &Ident) -> TokenStream {
    let mut result = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_path = matches!(tokens.peek(), Some(TokenTree::Punct(colon)) if colon.as_char() == ':');
        result.extend([match token {
            TokenTree::Ident(word) if word == "self" && !is_path => Rename(name).at(&word).into(),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), in_tokens(group.stream(), name));
                inner.set_span(group.span());
                inner.into()
            }
            other => {
                let format = string(&other).and_then(|text| renamed(&text, "self", &name.to_string()));
                format.map_or(other, TokenTree::Literal)
            }
        }]);
    }
    result
}
