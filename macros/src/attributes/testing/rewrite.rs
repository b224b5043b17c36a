//! The body of a test, with decision points in it.
//!
//! ```text
//! EXPR.await                  after(checkpoint().await, EXPR).await
//! EXPR.await.more().await     before(after(checkpoint().await, EXPR).await.more(), checkpoint().await).await
//! ```
//!
//! A call, because what `EXPR` borrows is then alive for as long as the statement, and the future is not: a tuple would be. All tokens have the places of the user's own: errors point there,
//! and so does the `Location` of the call.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, ExprAwait, Macro, Stmt, Token};

use super::tasks;
use crate::function::braces;
use crate::krate::Krate;

/// `None` if there is nothing to do, or the block does not parse yet.
pub(super) fn block(block: &Group, krate: &Krate, points: Points) -> Option<Group> {
    let tokens = statements(block.stream(), krate, points)?;
    Some(braces(block, tokens))
}

/// Where decision points are.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Points {
    Awaits,
    None,
}

struct Rewrite<'k> {
    krate: &'k Krate,
    points: Points,
    has_changed: bool,
}

fn statements(tokens: TokenStream, krate: &Krate, points: Points) -> Option<TokenStream> {
    let Content { attrs, mut statements } = syn::parse2(tokens).ok()?;
    let mut rewrite = Rewrite { krate, points, has_changed: false };
    for statement in &mut statements {
        rewrite.visit_stmt_mut(statement);
    }
    rewrite.has_changed.then(|| quote!(#(#attrs)* #(#statements)*))
}

struct Content {
    attrs: Vec<Attribute>,
    statements: Vec<Stmt>,
}

impl Parse for Content {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self { attrs: input.call(Attribute::parse_inner)?, statements: input.call(Block::parse_within)? })
    }
}

impl VisitMut for Rewrite<'_> {
    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        if let Some(thrown_away) = tasks::thrown_away(statement)
            && let Expr::Call(call) = &*thrown_away
            && tasks::detached(call, self.krate).is_some()
        {
            visit_mut::visit_expr_mut(self, thrown_away);
            if let Expr::Call(call) = &*thrown_away
                && let Some(rewritten) = tasks::detached(call, self.krate)
            {
                *thrown_away = Expr::Verbatim(rewritten);
                self.has_changed = true;
            }
            return;
        }
        visit_mut::visit_stmt_mut(self, statement);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let rewritten = match expr {
            Expr::Await(awaiting) if self.points == Points::Awaits => Some(self.checkpoint(awaiting)),
            Expr::Call(call) => tasks::call(call, self.krate),
            Expr::MethodCall(call) => tasks::method(call, self.krate),
            _ => None,
        };
        if let Some(rewritten) = rewritten {
            *expr = Expr::Verbatim(rewritten);
            self.has_changed = true;
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if let Some(tokens) = self.within(mac.tokens.clone()) {
            mac.tokens = tokens;
            self.has_changed = true;
        }
    }
}

impl Rewrite<'_> {
    fn checkpoint(&self, awaiting: &ExprAwait) -> TokenStream {
        let ExprAwait { attrs, base, dot_token, await_token } = awaiting;
        let at = await_token.span();
        let private = self.krate.private_at(at);
        let checkpoint = quote_spanned!(at=> #private::checkpoint().await);
        // In a chain, the checkpoint before the first `.await` would stand beside the second's.
        let (order, both) = if begins_with_await(base) {
            ("before", quote!(#base, #checkpoint))
        } else {
            ("after", quote!(#checkpoint, #base))
        };
        // What the compiler says of the whole begins where the user's expression does.
        let private = self.krate.private_at(first(base));
        let order = Ident::new(order, first(base));
        let mut both = Group::new(Delimiter::Parenthesis, both);
        both.set_span(first(base));
        quote!(#(#attrs)* #private::#order #both #dot_token #await_token)
    }

    /// What a macro is given: expressions, or blocks somewhere in a syntax of its own.
    fn within(&self, tokens: TokenStream) -> Option<TokenStream> {
        if let Ok(mut list) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone()) {
            let mut rewrite = Rewrite { krate: self.krate, points: self.points, has_changed: false };
            for expr in &mut list {
                rewrite.visit_expr_mut(expr);
            }
            return rewrite.has_changed.then(|| list.into_token_stream());
        }
        let mut has_changed = false;
        let mut rewritten = Vec::new();
        for token in tokens {
            let group = match &token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    statements(group.stream(), self.krate, self.points).map(|tokens| braces(group, tokens))
                }
                _ => None,
            };
            has_changed |= group.is_some();
            rewritten.push(group.map_or(token, TokenTree::Group));
        }
        has_changed.then(|| rewritten.into_iter().collect())
    }
}

/// Whether nothing happens in it before it comes to an `.await`.
fn begins_with_await(expr: &Expr) -> bool {
    match expr {
        Expr::Await(_) => true,
        Expr::Field(field) => begins_with_await(&field.base),
        Expr::MethodCall(call) => begins_with_await(&call.receiver),
        Expr::Paren(paren) => begins_with_await(&paren.expr),
        Expr::Try(attempt) => begins_with_await(&attempt.expr),
        // One that was rewritten.
        Expr::Verbatim(tokens) => tokens.to_string().ends_with("await"),
        _ => false,
    }
}

/// Of the first token.
pub(super) fn first(tokens: &impl Spanned) -> Span {
    tokens.span()
}
