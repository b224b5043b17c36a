//! The options of `#[taskward::test]`: those of `#[tokio::test]`, and its own.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::Parse;
use syn::{Expr, ExprCall, ExprLit, Lit, LitBool, LitStr};

use crate::args::Args;
use crate::args::duration::{Limit, SETTLE};
use crate::attributes::main::worker_threads;
use crate::attributes::testing::Reader;
use crate::diagnostics::{Error, Errors};

pub(crate) struct Options {
    /// Calls of the builder's methods.
    calls: TokenStream,
    /// For each kind of finding, the builder's method and the `Level`.
    levels: Vec<(Ident, Ident)>,
}

impl Options {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let instead = "write `start_paused = true`, `flavor = \"multi_thread\"`, or nothing";
        let mut options = Reader::of(args, errors, instead);
        let flavor = options.value("flavor").map(|flavor| Flavor::parse(&flavor, options.errors)).unwrap_or_default();
        options.calls.extend(flavor.call());
        let multi_thread_only = options.args.key_span("worker_threads");
        if let Some(threads) = options.value("worker_threads") {
            let threads = worker_threads(threads, options.errors);
            options.calls.extend(threads.map(|threads| quote!(.worker_threads(#threads))));
        }
        if let Some(key) = multi_thread_only.filter(|_| flavor != Flavor::MultiThread) {
            let error = Error::new(key, "this test runs on one thread, so it has no worker threads");
            options.errors.push(error.help("add `flavor = \"multi_thread\"`, or remove `worker_threads`"));
        }
        let one_thread_only = options.args.key_span("start_paused");
        if let Some(paused) = options.args.value("start_paused", options.errors, LitBool::parse) {
            options.calls.extend(quote!(.start_paused(#paused)));
        }
        if let Some(key) = one_thread_only.filter(|_| flavor == Flavor::MultiThread) {
            let error = Error::new(key, "the clock cannot be paused with several threads");
            options.errors.push(error.help("remove `flavor = \"multi_thread\"`, or `start_paused`"));
        }
        if let Some(name) = options.args.value::<LitStr>("name", options.errors, Parse::parse) {
            options.calls.extend(quote!(.runtime_name(#name)));
        }
        options.timeout();
        let settle = options.value("settle");
        if let Some(settle) = settle.and_then(|settle| Limit::parse_or_zero(settle, &SETTLE, options.errors)) {
            let settle = settle.duration();
            options.calls.extend(quote!(.settle(#settle)));
        }
        let levels = ["leaks", "blocked", "panics"].into_iter().filter_map(|key| level(key, &mut options)).collect();
        Self { calls: options.calls, levels }
    }

    /// The calls of the builder's methods, to append to a `Test`.
    pub(crate) fn expand(&self, private: &TokenStream) -> TokenStream {
        let calls = &self.calls;
        let levels = self.levels.iter().map(|(key, level)| quote!(.#key(#private::Level::#level)));
        quote!(#calls #(#levels)*)
    }
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Flavor {
    #[default]
    CurrentThread,
    MultiThread,
    Local,
}

impl Flavor {
    fn parse(flavor: &Expr, errors: &mut Errors) -> Self {
        let written = written(flavor);
        match written.as_str() {
            "current_thread" => Self::CurrentThread,
            "multi_thread" => Self::MultiThread,
            "local" => Self::Local,
            _ => {
                let error = Error::new(flavor, format!("there is no flavor `{written}`"));
                let help = "write `\"current_thread\"` (the default), `\"multi_thread\"` or `\"local\"`";
                errors.push(error.help(help));
                Self::default()
            }
        }
    }

    fn call(self) -> Option<TokenStream> {
        match self {
            Self::CurrentThread => None,
            Self::MultiThread => Some(quote!(.multi_thread())),
            Self::Local => Some(quote!(.local())),
        }
    }
}

/// Parses `key = allow`.
fn level(key: &str, options: &mut Reader<'_>) -> Option<(Ident, Ident)> {
    let at = options.args.key_span(key)?;
    let value = options.value(key)?;
    if let Expr::Call(call) = &value
        && key == "leaks"
    {
        exceptions(call, options);
        return None;
    }
    let level = match written(&value).as_str() {
        "allow" => "Allow",
        "warn" => "Warn",
        "deny" => "Deny",
        written => {
            let error = Error::new(&value, format!("`{key}` cannot be `{written}`"));
            options.errors.push(error.help(format!("write `{key} = allow`, `{key} = warn` or `{key} = deny`")));
            return None;
        }
    };
    Some((Ident::new(key, at.span()), Ident::new(level, Span::call_site())))
}

/// Parses `leaks = allow("sqlx", unknown = 2)`.
fn exceptions(call: &ExprCall, options: &mut Reader<'_>) {
    const HELP: &str =
        "write `leaks = allow(\"sqlx\", \"hyper_util\")`, and `unknown = 2` for tasks whose places are not known";
    if written(&call.func) != "allow" {
        let problem = format!("`leaks` cannot be `{}`", written(&call.func));
        options.errors.push(Error::new(&call.func, problem).help(HELP));
    }
    let mut places = Vec::new();
    for argument in &call.args {
        match argument {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if !text.value().is_empty() => places.push(text.clone()),
            Expr::Assign(assign) if written(&assign.left) == "unknown" => {
                let tasks = &assign.right;
                options.calls.extend(quote!(.unknown_leaks(#tasks)));
            }
            other => options
                .errors
                .push(Error::new(other, "a leak is excepted by a part of its place, which is a text").help(HELP)),
        }
    }
    if call.args.is_empty() {
        options.errors.push(Error::new(call, "no place is excepted").help(HELP));
    }
    options.calls.extend(quote!(.leaks_at([#(#places),*])));
}

/// The text of a literal, or the tokens of another expression.
fn written(value: &Expr) -> String {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
        other => other.to_token_stream().to_string(),
    }
}
