//! Macros whose content is known are opened: their arguments become expressions that the rules can look at.
//!
//! `select!`, `join!`, `try_join!`, and everything that formats, logs, asserts or builds a `vec!`. Unknown macros stay as
//! they are: they may do anything.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Arm, Block, Expr, ExprMatch, Macro, Pat, Stmt, Token, parse_quote};

/// On a `match` that stands for a `select!`.
const SELECT: &str = "taskward_select";

/// Replaces every known macro in `block`. A `select!` becomes a `match` over the awaited branches.
pub(crate) fn open(block: &mut Block) {
    Opener.visit_block_mut(block);
}

/// Whether this `match` stands for a `select!`; its scrutinee is the tuple of the branches, awaited.
pub(crate) fn is_select(expr: &ExprMatch) -> bool {
    expr.attrs.iter().any(|attr| attr.path().is_ident(SELECT))
}

struct Opener;

impl VisitMut for Opener {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Macro(call) = expr
            && let Some(opened) = opened(&call.mac)
        {
            *expr = opened;
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        if let Stmt::Macro(call) = stmt
            && let Some(opened) = opened(&call.mac)
        {
            *stmt = Stmt::Expr(opened, call.semi_token);
        }
        visit_mut::visit_stmt_mut(self, stmt);
    }
}

fn opened(mac: &Macro) -> Option<Expr> {
    const VALUES: [&str; 31] = [
        "println",
        "print",
        "eprintln",
        "eprint",
        "format",
        "format_args",
        "write",
        "writeln",
        "vec",
        "dbg",
        "assert",
        "assert_eq",
        "assert_ne",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
        "trace",
        "debug",
        "info",
        "warn",
        "error",
        "event",
        "span",
        "trace_span",
        "debug_span",
        "info_span",
        "warn_span",
        "error_span",
        "anyhow",
        "json",
        "pin",
    ];
    let name = mac.path.segments.last()?.ident.to_string();
    match name.as_str() {
        "select" => select(mac.tokens.clone()),
        "join" | "try_join" => joined(mac.tokens.clone(), name == "try_join"),
        name if VALUES.contains(&name) => values(mac.tokens.clone()),
        _ => None,
    }
}

/// `biased; PATTERN = FUTURE, if CONDITION => HANDLER, … else => HANDLER`
fn select(tokens: TokenStream) -> Option<Expr> {
    let branches = |input: ParseStream<'_>| {
        let mut futures: Vec<Expr> = Vec::new();
        let mut arms: Vec<Arm> = Vec::new();
        if input.peek(syn::Ident) && input.peek2(Token![;]) {
            input.parse::<syn::Ident>()?;
            input.parse::<Token![;]>()?;
        }
        while !input.is_empty() {
            let handler = if input.peek(Token![else]) {
                input.parse::<Token![else]>()?;
                input.parse::<Token![=>]>()?;
                handler(input)?
            } else {
                Pat::parse_multi_with_leading_vert(input)?;
                input.parse::<Token![=]>()?;
                let future: Expr = input.parse()?;
                futures.push(parse_quote!(#future.await));
                if input.peek(Token![,]) && input.peek2(Token![if]) {
                    input.parse::<Token![,]>()?;
                    input.parse::<Token![if]>()?;
                    futures.push(input.parse()?);
                }
                input.parse::<Token![=>]>()?;
                handler(input)?
            };
            arms.push(parse_quote!(_ => #handler,));
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            }
        }
        let marker = proc_macro2::Ident::new(SELECT, proc_macro2::Span::call_site());
        Ok(parse_quote!(#[#marker] match (#(#futures,)*) { #(#arms)* }))
    };
    branches.parse2(tokens).ok()
}

/// A block needs no comma behind it.
fn handler(input: ParseStream<'_>) -> syn::Result<Expr> {
    if input.peek(syn::token::Brace) { Ok(Expr::Block(input.parse()?)) } else { input.parse() }
}

fn joined(tokens: TokenStream, is_try: bool) -> Option<Expr> {
    let futures = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens).ok()?.into_iter();
    Some(if is_try { parse_quote!((#(#futures.await?,)*)) } else { parse_quote!((#(#futures.await,)*)) })
}

/// Whatever is an expression among the arguments; `%value` and `?value` of `tracing` without the sign.
fn values(tokens: TokenStream) -> Option<Expr> {
    let mut arguments = vec![TokenStream::new()];
    for token in tokens {
        match token {
            TokenTree::Punct(sign) if matches!(sign.as_char(), ',' | ';') => arguments.push(TokenStream::new()),
            TokenTree::Punct(sign) if matches!(sign.as_char(), '%' | '?') && arguments.last()?.is_empty() => {}
            token => arguments.last_mut()?.extend([token]),
        }
    }
    let values = arguments.into_iter().filter_map(|argument| syn::parse2::<Expr>(argument).ok());
    Some(parse_quote!((#(#values,)*)))
}
