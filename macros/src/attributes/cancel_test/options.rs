//! The options of `#[taskward::cancel_test]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;

use crate::args::number::Number;
use crate::args::{Args, Key};
use crate::attributes::testing::{MAX_POLLS, Reader};
use crate::diagnostics::{Error, Errors};

pub(super) const BY: Key = Key::value("by", "by = context");
pub(super) const NATURAL: Key = Key::flag("natural");

pub(super) const MAX_POINTS: Number = Number {
    key: Key::value("max_points", "max_points = 1000"),
    noun: "number",
    range: 1..=1_000_000,
    too_small: "this test cancels nothing, so it always passes",
    too_large: "this many runs take hours",
    help: "write the maximal number of cancelled suspensions, such as `max_points = 1000`",
};

/// The ways to cancel the future: the words, and the variants of the runtime.
const WAYS: [(&str, &str); 5] = [
    ("now", "DropNow"),
    ("woken", "DropWoken"),
    ("cancel", "Cancel"),
    ("cancel_woken", "CancelWoken"),
    ("deadline", "Deadline"),
];
/// Words for several ways at once, and the constants of the runtime.
const SETS: [(&str, &str); 3] = [("drop", "DROP"), ("context", "CONTEXT"), ("all", "ALL")];
const HELP: &str = "write `by = context`, `by = drop` or `by = all`, or a list from `by = [now, woken, cancel, cancel_woken, deadline]`";

/// Parses `by = context` or `by = [now, cancel]`.
pub(super) fn by(options: &mut Reader<'_>) -> Option<Ways> {
    let value = options.value(BY)?;
    let of = |words: &[(&'static str, &'static str)], written: &Expr| {
        let written = written.to_token_stream().to_string();
        words.iter().find(|(word, _)| *word == written).map(|(_, name)| Ident::new(name, Span::call_site()))
    };
    if let Some(set) = of(&SETS, &value) {
        return Some(Ways { ends_context: set != "DROP", at: value, names: vec![set], is_set: true });
    }
    let written = match &value {
        Expr::Array(list) => list.elems.iter().collect(),
        one => vec![one],
    };
    let mut names = Vec::new();
    for way in &written {
        names.extend(of(&WAYS, way));
        if of(&WAYS, way).is_none() {
            let problem = format!("a future cannot be cancelled by `{}`", way.to_token_stream());
            options.errors.push(Error::new(way, problem).help(HELP));
        }
    }
    if written.is_empty() {
        options.errors.push(Error::new(&value, "this test cancels nothing, so it always passes").help(HELP));
    }
    let ends_context = names.iter().any(|name| name != "DropNow" && name != "DropWoken");
    Some(Ways { at: value, names, is_set: false, ends_context })
}

/// The value of `by`.
pub(super) struct Ways {
    pub(super) at: Expr,
    names: Vec<Ident>,
    is_set: bool,
    /// `true` if at least one way ends the test's context.
    pub(super) ends_context: bool,
}

impl Ways {
    pub(super) fn call(&self, private: &TokenStream) -> TokenStream {
        let names = &self.names;
        let ways = if self.is_set {
            quote!(#(#private::Cancellation::#names)*)
        } else {
            quote!([#(#private::Cancellation::#names),*])
        };
        quote!(.by(#ways))
    }
}

/// Parses the options into calls of the builder's methods.
pub(super) fn parse(args: &mut Args, errors: &mut Errors) -> (TokenStream, Option<Ways>) {
    let mut options = Reader::of(args, errors, "write `max_points = 1000`, `natural`, or nothing");
    let ways = by(&mut options);
    options.number(&MAX_POINTS);
    options.timeout();
    options.number(&MAX_POLLS);
    options.panics();
    options.flag(NATURAL);
    options.flag(Reader::REAL_TIME);
    (options.calls, ways)
}
