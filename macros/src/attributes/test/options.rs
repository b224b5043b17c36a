//! The options of `#[taskward::test]`: those of `#[tokio::test]`, and its own.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::Parse;
use syn::{Expr, ExprCall, ExprLit, Lit, LitBool, LitStr};

use crate::args::duration::{Limit, SETTLE};
use crate::args::number::THREADS;
use crate::args::word::{Flavor, choose, flavor, written};
use crate::args::{Args, Key};
use crate::attributes::testing::Reader;
use crate::diagnostics::{Error, Errors};

pub(crate) struct Options {
    /// Calls of the builder's methods.
    calls: TokenStream,
    /// For each kind of finding, the builder's method and the `Level`.
    levels: Vec<(Ident, Ident)>,
}

impl Options {
    pub(super) const FLAVOR: Key = Key::value("flavor", "flavor = \"multi_thread\"");
    pub(super) const START_PAUSED: Key = Key::value("start_paused", "start_paused = true");
    pub(super) const NAME: Key = Key::value("name", "name = \"runtime\"");
    pub(super) const SETTLE: Key = Key::value("settle", "settle = \"100ms\"");
    pub(super) const LEAKS: Key = Key::value("leaks", "leaks = allow");
    pub(super) const BLOCKED: Key = Key::value("blocked", "blocked = deny");
    pub(super) const PANICS: Key = Key::value("panics", "panics = allow");

    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let instead = "write `start_paused = true`, `flavor = \"multi_thread\"`, or nothing";
        let mut options = Reader::of(args, errors, instead);
        let help = "write `\"current_thread\"` (the default), `\"multi_thread\"` or `\"local\"`";
        let flavor = flavor(options.value(Self::FLAVOR), &FLAVORS, help, options.errors);
        match flavor {
            Flavor::CurrentThread => {}
            Flavor::MultiThread => options.calls.extend(quote!(.multi_thread())),
            Flavor::Local => options.calls.extend(quote!(.local())),
        }
        let multi_thread_only = options.args.key_span(THREADS.key);
        options.number(&THREADS);
        if let Some(key) = multi_thread_only.filter(|_| flavor != Flavor::MultiThread) {
            let error = Error::new(key, "this test runs on one thread, so it has no worker threads");
            options.errors.push(error.help("add `flavor = \"multi_thread\"`, or remove `worker_threads`"));
        }
        let one_thread_only = options.args.key_span(Self::START_PAUSED);
        if let Some(paused) = options.args.value(Self::START_PAUSED, options.errors, LitBool::parse) {
            options.calls.extend(quote!(.start_paused(#paused)));
        }
        if let Some(key) = one_thread_only.filter(|_| flavor == Flavor::MultiThread) {
            let error = Error::new(key, "the clock cannot be paused with several threads");
            options.errors.push(error.help("remove `flavor = \"multi_thread\"`, or `start_paused`"));
        }
        if let Some(name) = options.args.value::<LitStr>(Self::NAME, options.errors, Parse::parse) {
            options.calls.extend(quote!(.runtime_name(#name)));
        }
        options.timeout();
        let settle = options.value(Self::SETTLE);
        if let Some(settle) = settle.and_then(|settle| Limit::parse_or_zero(settle, &SETTLE, options.errors)) {
            let settle = settle.duration();
            options.calls.extend(quote!(.settle(#settle)));
        }
        let levels =
            [Self::LEAKS, Self::BLOCKED, Self::PANICS].into_iter().filter_map(|key| level(key, &mut options)).collect();
        Self { calls: options.calls, levels }
    }

    /// The calls of the builder's methods, to append to a `Test`.
    pub(crate) fn expand(&self, private: &TokenStream) -> TokenStream {
        let calls = &self.calls;
        let levels = self.levels.iter().map(|(key, level)| quote!(.#key(#private::Level::#level)));
        quote!(#calls #(#levels)*)
    }
}

const FLAVORS: [(&str, Flavor); 3] =
    [("current_thread", Flavor::CurrentThread), ("multi_thread", Flavor::MultiThread), ("local", Flavor::Local)];

const LEVELS: [(&str, &str); 3] = [("allow", "Allow"), ("warn", "Warn"), ("deny", "Deny")];

/// Parses `key = allow`.
fn level(key: Key, options: &mut Reader<'_>) -> Option<(Ident, Ident)> {
    let at = options.args.key_span(key)?;
    let value = options.value(key)?;
    let name = key.name;
    if let Expr::Call(call) = &value
        && key.name == Options::LEAKS.name
    {
        exceptions(call, options);
        return None;
    }
    let problem = |written: &str| format!("`{name}` cannot be `{written}`");
    let help = format!("write `{name} = allow`, `{name} = warn` or `{name} = deny`");
    let level = choose(&value, &LEVELS, problem, &help, options.errors)?;
    Some((Ident::new(name, at.span()), Ident::new(level, Span::call_site())))
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
