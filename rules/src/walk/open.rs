//! Opens known macros: their arguments become expressions that the rules can check.
//!
//! Known macros are `select!`, `join!`, `try_join!`, `defer!`, and macros that format, log, assert
//! or build a `vec!`. Unknown macros, and macros whose arguments do not parse, are kept: they may
//! do anything.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Attribute, Block, Expr, ExprAwait, ExprClosure, ExprMatch, ExprTuple, Macro, Pat, Stmt, Token, parse_quote,
};

/// Marks a `match` in place of a `select!`.
const SELECT: &str = "taskward_select";

/// Marks an `.await` by a macro: temporaries of its future have been dropped.
const AWAITED: &str = "taskward_awaited";

/// Marks the arguments of a macro that only displays them: `println!`, `info!`, `assert!`.
const SHOWN: &str = "taskward_shown";

/// Marks the closure in place of a `defer!`.
const DEFERRED: &str = "taskward_deferred";

/// Replaces every known macro in `block`. A `select!` becomes a `match` over the awaited branches.
pub(crate) fn open(block: &mut Block) {
    Opener.visit_block_mut(block);
}

/// Opens the macros in every function of a file.
#[cfg(feature = "cli")]
pub(crate) fn open_file(file: &mut syn::File) {
    Opener.visit_file_mut(file);
}

/// Returns whether the `match` replaces a `select!`: its scrutinee is the awaited tuple of the
/// branches, and its arms are their handlers in order, `else` last.
pub(crate) fn is_select(expr: &ExprMatch) -> bool {
    is_marked(&expr.attrs, SELECT)
}

pub(crate) fn is_awaited_by_macro(expr: &ExprAwait) -> bool {
    is_marked(&expr.attrs, AWAITED)
}

pub(crate) fn is_only_shown(expr: &ExprTuple) -> bool {
    is_marked(&expr.attrs, SHOWN)
}

/// Returns whether the closure replaces a `defer!`, which runs at the end of the block.
pub(crate) fn is_deferred(expr: &ExprClosure) -> bool {
    is_marked(&expr.attrs, DEFERRED)
}

fn is_marked(attrs: &[Attribute], mark: &str) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident(mark))
}

fn mark(mark: &str) -> Attribute {
    let mark = proc_macro2::Ident::new(mark, proc_macro2::Span::call_site());
    parse_quote!(#[#mark])
}

fn awaited(future: Expr) -> Expr {
    let (dot_token, await_token) = Default::default();
    Expr::Await(ExprAwait { attrs: vec![mark(AWAITED)], base: Box::new(future), dot_token, await_token })
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
    const VALUES: [&str; 7] = ["format", "format_args", "write", "writeln", "vec", "anyhow", "json"];
    const SHOWN: [&str; 23] = [
        "println",
        "print",
        "eprintln",
        "eprint",
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
    ];
    let name = mac.path.segments.last()?.ident.to_string();
    match name.as_str() {
        "select" | "select_biased" => select(mac.tokens.clone()),
        "join" | "try_join" => joined(mac.tokens.clone(), name == "try_join"),
        "pin" => values(mac.tokens.clone(), Vec::new()),
        "defer" => deferred(mac.tokens.clone()),
        name if VALUES.contains(&name) => values(mac.tokens.clone(), Vec::new()),
        name if SHOWN.contains(&name) => values(mac.tokens.clone(), vec![mark(self::SHOWN)]),
        _ => None,
    }
}

/// Parses `biased; PATTERN = FUTURE, if CONDITION => HANDLER, … else => HANDLER`; `default` and
/// `complete` as in `futures`.
fn select(tokens: TokenStream) -> Option<Expr> {
    let branches = |input: ParseStream<'_>| {
        let mut futures: Vec<Expr> = Vec::new();
        let (mut arms, mut last): (Vec<Arm>, Vec<Arm>) = Default::default();
        skip_biased(input)?;
        while !input.is_empty() {
            let is_word = input.peek(syn::Ident) && input.peek2(Token![=>]);
            if is_word || input.peek(Token![else]) {
                input.parse::<TokenTree>()?;
                let handler = handler(input)?;
                last.push(parse_quote!(_ => #handler,));
            } else {
                Pat::parse_multi_with_leading_vert(input)?;
                input.parse::<Token![=]>()?;
                futures.push(awaited(input.parse()?));
                let condition = input.peek(Token![,]).then(|| condition(input)).transpose()?;
                let handler = handler(input)?;
                arms.push(parse_quote!(_ #condition => #handler,));
            }
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            }
        }
        let marker = mark(SELECT);
        Ok(parse_quote!(#marker match (#(#futures,)*) { #(#arms)* #(#last)* }))
    };
    branches.parse2(tokens).ok()
}

fn skip_biased(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(syn::Ident) && input.peek2(Token![;]) {
        input.parse::<syn::Ident>()?;
        input.parse::<Token![;]>()?;
    }
    Ok(())
}

/// `, if CONDITION`
fn condition(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    input.parse::<Token![,]>()?;
    let word = input.parse::<Token![if]>()?;
    let condition = input.parse::<Expr>()?;
    Ok(quote::quote!(#word #condition))
}

/// Parses the handler after the arrow. A block needs no comma after it.
fn handler(input: ParseStream<'_>) -> syn::Result<Expr> {
    input.parse::<Token![=>]>()?;
    if input.peek(syn::token::Brace) { Ok(Expr::Block(input.parse()?)) } else { input.parse() }
}

fn joined(tokens: TokenStream, is_try: bool) -> Option<Expr> {
    let futures = |input: ParseStream<'_>| {
        skip_biased(input)?;
        Punctuated::<Expr, Token![,]>::parse_terminated(input)
    };
    let futures = futures.parse2(tokens).ok()?.into_iter().map(awaited);
    Some(if is_try { parse_quote!((#(#futures?,)*)) } else { parse_quote!((#(#futures,)*)) })
}

/// `defer! { task.abort() }`
fn deferred(tokens: TokenStream) -> Option<Expr> {
    let stmts = Block::parse_within.parse2(tokens).ok()?;
    let marker = mark(DEFERRED);
    Some(parse_quote!(#marker || { #(#stmts)* }))
}

/// Parses the arguments as expressions; the `%` and `?` of `tracing` are removed.
fn values(tokens: TokenStream, attrs: Vec<Attribute>) -> Option<Expr> {
    let mut arguments = vec![TokenStream::new()];
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let begins = arguments.last()?.is_empty();
        match token {
            TokenTree::Punct(sign) if matches!(sign.as_char(), ',' | ';') => arguments.push(TokenStream::new()),
            TokenTree::Punct(sign) if matches!(sign.as_char(), '%' | '?') && begins => {}
            TokenTree::Punct(equals)
                if equals.as_char() == '=' && is_name(arguments.last()?) && !is_equals(tokens.peek()) =>
            {
                // The sign follows the name of a field or an argument: `error = %error`.
                *arguments.last_mut()? = TokenStream::new();
            }
            TokenTree::Punct(colon)
                if colon.as_char() == ':' && colon.spacing() == Spacing::Alone && is_option(arguments.last()?) =>
            {
                *arguments.last_mut()? = TokenStream::new();
            }
            token => arguments.last_mut()?.extend([token]),
        }
    }
    let written = arguments.into_iter().filter(|argument| !argument.is_empty());
    let elems = written.map(|argument| syn::parse2::<Expr>(argument).ok()).collect::<Option<_>>()?;
    Some(Expr::Tuple(ExprTuple { attrs, paren_token: Paren::default(), elems }))
}

fn is_equals(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(sign)) if sign.as_char() == '=')
}

/// `target: "server"`
fn is_option(argument: &TokenStream) -> bool {
    let name = argument.to_string();
    ["target", "parent", "name"].contains(&name.as_str())
}

/// `peer.address`
fn is_name(argument: &TokenStream) -> bool {
    let is_part = |token: TokenTree| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(dot) => dot.as_char() == '.',
        _ => false,
    };
    !argument.is_empty() && argument.clone().into_iter().all(is_part)
}
