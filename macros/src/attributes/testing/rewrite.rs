//! Adds decision points to the body of a test.
//!
//! ```text
//! EXPR.await                  after(checkpoint().await, EXPR).await
//! EXPR.await.more().await     before(after(checkpoint().await, EXPR).await.more(), checkpoint().await).await
//! ```
//!
//! A call keeps the temporaries of `EXPR` alive for the statement, and drops the future before
//! them; a tuple would not. All tokens have the user's spans, so that errors and the call's
//! `Location` point there.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprAwait, Macro, Token};

use super::tasks::first;
use super::{joins, tasks};
use crate::krate::Krate;
use crate::syntax::tokens::braces;

/// Returns `None` if nothing changes, or if the block does not parse yet.
pub(super) fn block(block: &Group, krate: &Krate, points: Points) -> Option<Group> {
    let tokens = statements(block.stream(), krate, points)?;
    Some(braces(block, tokens))
}

/// The places of decision points.
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
    let mut statements = Block::parse_within.parse2(tokens).ok()?;
    let mut rewrite = Rewrite { krate, points, has_changed: false };
    for statement in &mut statements {
        rewrite.visit_stmt_mut(statement);
    }
    rewrite.has_changed.then(|| quote!(#(#statements)*))
}

impl VisitMut for Rewrite<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let is_chained = matches!(expr, Expr::Await(awaiting) if begins_with_await(&awaiting.base));
        visit_mut::visit_expr_mut(self, expr);
        let rewritten = match expr {
            Expr::Await(awaiting) => {
                let base = match self.points {
                    Points::Awaits => self.checkpoint(awaiting, is_chained),
                    Points::None => awaiting.base.to_token_stream(),
                };
                Some(joins::awaited(awaiting, &base, self.krate))
            }
            Expr::Call(call) => tasks::call(call, self.krate),
            Expr::MethodCall(call) => tasks::method(call, self.krate).or_else(|| joins::method(call, self.krate)),
            _ => None,
        };
        if let Some(rewritten) = rewritten {
            *expr = Expr::Verbatim(rewritten);
            self.has_changed = true;
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let name = mac.path.segments.last().map(|name| name.ident.to_string());
        if let Some(tokens) = self.within(mac.tokens.clone(), name.as_deref().unwrap_or_default()) {
            mac.tokens = tokens;
            self.has_changed = true;
        }
    }
}

impl Rewrite<'_> {
    /// The operand of an `.await`, with a checkpoint before or after it.
    fn checkpoint(&self, awaiting: &ExprAwait, is_chained: bool) -> TokenStream {
        let ExprAwait { base, await_token, .. } = awaiting;
        let at = await_token.span();
        let private = self.krate.private_at(at);
        let checkpoint = quote_spanned!(at=> #private::checkpoint().await);
        // In a chain, the checkpoint of the first `.await` would run together with the second's.
        let (order, both) =
            if is_chained { ("before", quote!(#base, #checkpoint)) } else { ("after", quote!(#checkpoint, #base)) };
        // The compiler's messages about the call begin at the user's expression.
        let private = self.krate.private_at(first(base));
        let order = Ident::new(order, first(base));
        let mut both = Group::new(Delimiter::Parenthesis, both);
        both.set_span(first(base));
        quote!(#private::#order #both)
    }

    /// Rewrites the arguments of the macro `name`: expressions, or blocks within the macro's own
    /// syntax.
    fn within(&self, tokens: TokenStream, name: &str) -> Option<TokenStream> {
        if let Ok(mut list) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone()) {
            let mut rewrite = Rewrite { krate: self.krate, points: self.points, has_changed: false };
            for expr in &mut list {
                rewrite.visit_expr_mut(expr);
                if matches!(name, "join" | "try_join") {
                    *expr = Expr::Verbatim(joins::joined(expr, first(expr), self.krate));
                    rewrite.has_changed = true;
                }
            }
            return rewrite.has_changed.then(|| list.into_token_stream());
        }
        let (tokens, mut has_changed) =
            if name == "select" { joins::branches(tokens, self.krate) } else { (tokens, false) };
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

/// Returns whether the expression awaits before it does anything else.
fn begins_with_await(expr: &Expr) -> bool {
    match expr {
        Expr::Await(_) => true,
        Expr::Field(field) => begins_with_await(&field.base),
        Expr::MethodCall(call) => begins_with_await(&call.receiver),
        Expr::Paren(paren) => begins_with_await(&paren.expr),
        Expr::Try(attempt) => begins_with_await(&attempt.expr),
        _ => false,
    }
}
