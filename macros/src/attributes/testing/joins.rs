//! The joins in the body of a test: a panic that the body receives from a task has been handled.
//!
//! ```text
//! EXPR.await                  (match EXPR { f => { let many = Joins::by(&f).many(); let f = (&Joins::by(&f)).joined(f);
//!                                                  let output = f.await; awaited(many); output } })
//! SET.join_next()             match Spawns::by(&SET) { set => (&set).joined(SET.join_next()) }
//! SET.try_join_next()         match Spawns::by(&SET) { set => (&set).received(SET.try_join_next()) }
//! join!(EXPR), select! { P = EXPR => … }      EXPR as (match EXPR { f => (&Joins::by(&f)).joined(f) })
//! ```
//!
//! Types decide which values are handles. A `match` keeps the temporaries of `EXPR` alive, as the
//! plain expression does.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprAwait, ExprMethodCall};

use super::tasks::{first, is_place};
use crate::krate::Krate;

/// Wraps an awaited expression. `base` is its operand, already rewritten.
pub(super) fn awaited(awaiting: &ExprAwait, base: &TokenStream, krate: &Krate) -> TokenStream {
    let ExprAwait { attrs, base: written, dot_token, await_token } = awaiting;
    let at = hygienic(first(written));
    let (private, future, many, output) =
        (krate.private_at(at), ident("future", at), ident("many", at), ident("output", at));
    // A struct literal may be awaited, and the user's parentheses must not be reported as
    // unnecessary.
    let base = parenthesised(base.clone(), at);
    let body = quote_spanned! {at=>
        match #base {
            #future => {
                let #many = #private::Joins::by(&#future).many();
                let #future = (&#private::Joins::by(&#future)).joined(#future);
                let #output = #future #dot_token #await_token;
                #private::awaited(#many);
                #output
            }
        }
    };
    let whole = parenthesised(body, at);
    quote!(#(#attrs)* #whole)
}

/// Wraps a future that a macro awaits.
pub(super) fn joined(future: &impl ToTokens, at: Span, krate: &Krate) -> TokenStream {
    let at = hygienic(at);
    let (private, name) = (krate.private_at(at), ident("future", at));
    let future = parenthesised(future.to_token_stream(), at);
    let body = quote_spanned!(at=> match #future { #name => (&#private::Joins::by(&#name)).joined(#name) });
    parenthesised(body, at).to_token_stream()
}

/// Wraps `set.join_next()` and similar methods.
pub(super) fn method(call: &ExprMethodCall, krate: &Krate) -> Option<TokenStream> {
    let wrap = match call.method.to_string().as_str() {
        "join_next" | "join_next_with_id" => "joined",
        "try_join_next" | "try_join_next_with_id" => "received",
        _ => return None,
    };
    if !is_place(&call.receiver) || !call.args.is_empty() {
        return None;
    }
    let at = hygienic(first(call));
    let (private, set, wrap, receiver) = (krate.private_at(at), ident("set", at), ident(wrap, at), &call.receiver);
    let body = quote_spanned!(at=> match #private::Spawns::by(&#receiver) { #set => (&#set).#wrap(#call) });
    Some(parenthesised(body, at).to_token_stream())
}

/// Wraps the branches of a `select!` that poll a variable: `PATTERN = NAME =>` and `PATTERN = &mut
/// NAME, if CONDITION =>`.
pub(super) fn branches(tokens: TokenStream, krate: &Krate) -> (TokenStream, bool) {
    let mut tokens = tokens.into_iter().peekable();
    let (mut rewritten, mut has_changed) = (TokenStream::new(), false);
    while let Some(token) = tokens.next() {
        let is_bound =
            is_punct(&token, '=') && !tokens.peek().is_some_and(|next| is_punct(next, '>') || is_punct(next, '='));
        rewritten.extend([token]);
        if !is_bound {
            continue;
        }
        let mut future = TokenStream::new();
        while let Some(token) = tokens.next_if(|token| !is_punct(token, '=') && !is_punct(token, ',')) {
            future.extend([token]);
        }
        match syn::parse2::<Expr>(future.clone()) {
            Ok(name) if is_variable(&name) => {
                rewritten.extend(joined(&name, first(&name), krate));
                has_changed = true;
            }
            _ => rewritten.extend(future),
        }
    }
    (rewritten, has_changed)
}

fn is_variable(expr: &Expr) -> bool {
    match expr {
        Expr::Reference(reference) => is_place(&reference.expr),
        other => is_place(other),
    }
}

fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}

/// The user's location, with hygienic names.
fn hygienic(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}

fn ident(name: &str, at: Span) -> Ident {
    Ident::new(name, at)
}

/// Groups the tokens into one expression, in any position.
fn parenthesised(body: TokenStream, at: Span) -> Group {
    let mut group = Group::new(Delimiter::Parenthesis, body);
    group.set_span(at);
    group
}
