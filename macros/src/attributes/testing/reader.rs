//! Reads options into calls of the builder's methods with the same names.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;
use syn::parse::Parse;

use super::number::Number;
use crate::args::Args;
use crate::args::duration::{Limit, TIMEOUT};
use crate::diagnostics::{Error, Errors};

/// The options of an attribute, read one after the other.
pub(crate) struct Reader<'a> {
    pub(crate) args: &'a mut Args,
    pub(crate) errors: &'a mut Errors,
    pub(crate) calls: TokenStream,
}

impl<'a> Reader<'a> {
    /// Refuses positional arguments; `instead` is the help to print.
    pub(crate) fn of(args: &'a mut Args, errors: &'a mut Errors, instead: &str) -> Self {
        args.refuse_positional(instead, errors);
        Self { args, errors, calls: TokenStream::new() }
    }

    pub(crate) fn value(&mut self, key: &str) -> Option<Expr> {
        self.args.value(key, self.errors, Expr::parse)
    }

    pub(crate) fn number(&mut self, number: &Number) {
        let value = self.value(number.key).and_then(|value| number.check(value, self.errors));
        if let Some(value) = value {
            let key = Ident::new(number.key, Span::call_site());
            self.calls.extend(quote!(.#key(#value)));
        }
    }

    pub(crate) fn timeout(&mut self) {
        let timeout = self.value("timeout").and_then(|timeout| Limit::parse(timeout, &TIMEOUT, self.errors));
        if let Some(timeout) = timeout {
            let timeout = timeout.duration();
            self.calls.extend(quote!(.timeout(#timeout)));
        }
    }

    /// `panics = allow`
    pub(crate) fn panics(&mut self) {
        let Some(panics) = self.value("panics") else { return };
        let written = panics.to_token_stream().to_string();
        if written.trim_matches('"') != "allow" {
            let error = Error::new(panics, format!("`panics` cannot be `{written}`"));
            self.errors.push(error.help(
                "write `panics = allow` if tasks may panic; by default, a panic that no code receives fails the test",
            ));
        }
        self.calls.extend(quote!(.allow_panics()));
    }

    pub(crate) fn flag(&mut self, key: &str) {
        if self.args.flag(key).is_some() {
            let key = Ident::new(key, Span::call_site());
            self.calls.extend(quote!(.#key()));
        }
    }
}
