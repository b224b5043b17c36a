//! Tracks the tasks that the body of a test spawns.
//!
//! ```text
//! tokio::spawn(FUTURE)        tokio::spawn(tracked(FUTURE))
//! spawn_blocking(CLOSURE)     spawn_blocking(blocking(CLOSURE))
//! SET.spawn(FUTURE)           match Spawns::by(&SET) { spawns => SET.spawn((&spawns).tracked(FUTURE)) }
//! spawn(FUTURE)               spawn((&Argument::new(FUTURE)).tracked())
//! ```
//!
//! In the second and the third form, types decide whether the call spawns a future.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::token::Paren;
use syn::{Expr, ExprCall, ExprMethodCall, Member, Token};

use crate::krate::Krate;

const SPAWNS: [&str; 4] = ["spawn", "spawn_local", "spawn_on", "spawn_local_on"];

/// Wraps `tokio::spawn(…)` and similar functions.
pub(super) fn call(call: &ExprCall, krate: &Krate) -> Option<TokenStream> {
    let Expr::Path(path) = &*call.func else { return None };
    let mut names = path.path.segments.iter().rev().map(|segment| &segment.ident);
    let name = names.next()?;
    if name == "spawn_blocking" {
        let (private, closure) = (krate.private_at(first(call)), call.args.first()?);
        let (attrs, func) = (&call.attrs, &call.func);
        let args = parenthesised(call.paren_token, quote_spanned!(first(call)=> #private::blocking(#closure)));
        return Some(quote!(#(#attrs)* #func #args));
    }
    if name != "spawn" && name != "spawn_local" {
        return None;
    }
    let private = krate.private_at(first(call));
    let future = future(&call.args)?;
    let tracked = match names.next() {
        Some(owner) if owner == "tokio" || owner == "task" => quote_spanned!(first(call)=> #private::tracked(#future)),
        Some(_) => return None,
        None => quote_spanned!(first(call)=> (&#private::Argument::new(#future)).tracked()),
    };
    let (attrs, func, rest) = (&call.attrs, &call.func, call.args.iter().skip(1));
    let args = parenthesised(call.paren_token, quote!(#tracked #(, #rest)*));
    Some(quote!(#(#attrs)* #func #args))
}

/// Wraps `set.spawn(…)` and similar methods. A receiver with side effects stays unchanged: it
/// would be evaluated twice.
pub(super) fn method(call: &ExprMethodCall, krate: &Krate) -> Option<TokenStream> {
    let ExprMethodCall { attrs, receiver, dot_token, method, turbofish, paren_token, args } = call;
    if !SPAWNS.iter().any(|name| method == name) || !is_place(receiver) {
        return None;
    }
    let future = future(args)?;
    let rest = args.iter().skip(1);
    let private = krate.private();
    // The argument has the user's span, so that errors point there.
    let spawns = Ident::new("__taskward_spawns", first(call));
    let tracked = quote_spanned!(first(call)=> (&#spawns).tracked(#future));
    let args = parenthesised(*paren_token, quote!(#tracked #(, #rest)*));
    Some(quote! {
        match #private::Spawns::by(&#receiver) {
            #spawns => #(#attrs)* #receiver #dot_token #method #turbofish #args,
        }
    })
}

/// Adds the user's own parentheses.
fn parenthesised(parentheses: Paren, content: TokenStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    parentheses.surround(&mut tokens, |tokens| tokens.extend(content));
    tokens
}

/// The first argument, unless it is a closure.
fn future(args: &Punctuated<Expr, Token![,]>) -> Option<TokenStream> {
    args.first().filter(|first| !matches!(first, Expr::Closure(_))).map(ToTokens::to_token_stream)
}

/// Returns whether evaluating the expression has no side effects.
pub(super) fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) => true,
        Expr::Field(field) => matches!(field.member, Member::Named(_) | Member::Unnamed(_)) && is_place(&field.base),
        Expr::Paren(paren) => is_place(&paren.expr),
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)) && is_place(&unary.expr),
        _ => false,
    }
}

/// The span of the first token.
pub(super) fn first(tokens: &impl Spanned) -> Span {
    tokens.span()
}
