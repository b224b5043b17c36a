//! Reads options into calls of the builder's methods with the same names.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Expr;
use syn::parse::Parse;

use crate::args::duration::{Limit, TIMEOUT};
use crate::args::number::Number;
use crate::args::word::choose;
use crate::args::{Args, Key};
use crate::diagnostics::Errors;

pub(crate) const MAX_POLLS: Number = Number {
    key: Key::value("max_polls", "max_polls = 100_000"),
    noun: "number",
    range: 1..=4_000_000_000,
    too_small: "a run needs at least one poll",
    too_large: "this many polls take hours",
    help: "write the number of polls after which a run counts as endless, such as `max_polls = 100_000`",
};

/// The options of an attribute, read one after the other.
pub(crate) struct Reader<'a> {
    pub(crate) args: &'a mut Args,
    pub(crate) errors: &'a mut Errors,
    pub(crate) calls: TokenStream,
}

impl<'a> Reader<'a> {
    pub(crate) const TIMEOUT: Key = Key::value("timeout", "timeout = \"60s\"");
    pub(crate) const PANICS: Key = Key::value("panics", "panics = allow");
    pub(crate) const REAL_TIME: Key = Key::flag("real_time");

    /// Refuses positional arguments; `instead` is the help to print.
    pub(crate) fn of(args: &'a mut Args, errors: &'a mut Errors, instead: &str) -> Self {
        args.refuse_positional(instead, errors);
        Self { args, errors, calls: TokenStream::new() }
    }

    pub(crate) fn value(&mut self, key: Key) -> Option<Expr> {
        self.args.value(key, self.errors, Expr::parse)
    }

    pub(crate) fn number(&mut self, number: &Number) {
        if let Some(value) = number.parse(self.args, self.errors) {
            let key = Ident::new(number.key.name, Span::call_site());
            self.calls.extend(quote!(.#key(#value)));
        }
    }

    pub(crate) fn timeout(&mut self) {
        let timeout = self.value(Self::TIMEOUT).and_then(|timeout| Limit::parse(timeout, &TIMEOUT, self.errors));
        if let Some(timeout) = timeout {
            let timeout = timeout.duration();
            self.calls.extend(quote!(.timeout(#timeout)));
        }
    }

    /// `panics = allow`
    pub(crate) fn panics(&mut self) {
        let Some(panics) = self.value(Self::PANICS) else { return };
        let problem = |written: &str| format!("`panics` cannot be `{written}`");
        let help =
            "write `panics = allow` if tasks may panic; by default, a panic that no code receives fails the test";
        choose(&panics, &[("allow", ())], problem, help, self.errors);
        self.calls.extend(quote!(.allow_panics()));
    }

    pub(crate) fn flag(&mut self, key: Key) {
        if self.args.flag(key).is_some() {
            let key = Ident::new(key.name, Span::call_site());
            self.calls.extend(quote!(.#key()));
        }
    }
}
