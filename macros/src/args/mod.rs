//! The arguments of an attribute: flags, `key = value`, `key(list)` and positional ones, each with
//! its span.
//!
//! Arguments are split at the commas before any of them is parsed, so that one error hides no
//! other.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};

use self::duration::{Limit, Wording};
use crate::diagnostics::{Error, Errors};
use crate::syntax::tokens::attribute_span;

pub(crate) mod backoff;
pub(crate) mod duration;
mod key;
pub(crate) mod number;
pub(crate) mod word;

pub(crate) use self::key::{Form, Key, Keys, nearest};

/// The arguments that have not been taken yet.
pub(crate) struct Args {
    /// The attribute's name.
    pub(crate) attribute: &'static str,
    /// The span of messages about the whole attribute.
    at: TokenStream,
    /// `true` if an error was reported for an argument.
    has_errors: bool,
    named: Vec<Named>,
    positional: Vec<TokenStream>,
}

struct Named {
    key: Ident,
    value: TokenStream,
}

impl Args {
    /// Parses the arguments of the attribute that is being expanded.
    pub(crate) fn parse<A: Keys>(tokens: TokenStream, errors: &mut Errors) -> Self {
        Self::parse_at::<A>(tokens, attribute_span(), errors)
    }

    /// Parses the arguments of an attribute whose span is `at`.
    pub(crate) fn parse_at<A: Keys>(tokens: TokenStream, at: TokenStream, errors: &mut Errors) -> Self {
        let before = errors.len();
        let mut args = Self { attribute: A::NAME, at, has_errors: false, named: Vec::new(), positional: Vec::new() };
        for argument in split(tokens, errors) {
            args.add::<A>(&argument, errors);
        }
        args.has_errors = errors.len() > before;
        args
    }

    /// The span of messages about the whole attribute.
    pub(crate) fn span(&self) -> TokenStream {
        self.at.clone()
    }

    /// Returns whether an error was reported for an argument; a missing argument may be that one.
    pub(crate) fn has_errors(&self) -> bool {
        self.has_errors
    }

    fn add<A: Keys>(&mut self, argument: &[TokenTree], errors: &mut Errors) {
        let whole: TokenStream = argument.iter().cloned().collect();
        let Some((name, form, value)) = key::shape(argument) else {
            return self.positional.push(whole);
        };
        let Some(key) = Key::find::<A>(&name) else {
            // A lone path or call may be an expression, where the attribute takes one.
            let may_be_expression = form != Form::Value && Key::takes_positional::<A>();
            if may_be_expression && (self.positional.is_empty() || !key::is_misspelt::<A>(&name)) {
                return self.positional.push(whole);
            }
            return errors.push(key::unknown::<A>(&name));
        };
        if key.form != form {
            return errors.push(key.wrong(whole));
        }
        if self.named.iter().any(|known| known.key == name) {
            return errors.push(Error::new(&name, format!("`{name}` is given twice")).help("remove one of them"));
        }
        self.named.push(Named { key: name, value });
    }

    fn take(&mut self, key: Key) -> Option<Named> {
        let at = self.named.iter().position(|named| named.key == key.name)?;
        Some(self.named.remove(at))
    }

    /// Returns the key of the option, with its span.
    pub(crate) fn key_span(&self, key: Key) -> Option<Ident> {
        self.named.iter().find(|named| named.key == key.name).map(|named| named.key.clone())
    }

    /// Takes a flag and returns its key, with its span.
    pub(crate) fn flag(&mut self, key: Key) -> Option<Ident> {
        self.take(key).map(|named| named.key)
    }

    /// Takes the value of `key = value`.
    pub(crate) fn value<T>(
        &mut self,
        key: Key,
        errors: &mut Errors,
        parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    ) -> Option<T> {
        let named = self.take(key)?;
        if named.value.is_empty() {
            errors.push(
                Error::new(&named.key, format!("`{}` has no value", key.name)).help(format!("write `{}`", key.usage)),
            );
            return None;
        }
        let value = parse.parse2(named.value.clone()).ok();
        if value.is_none() {
            let error = Error::new(named.value, format!("`{}` cannot have this value", key.name));
            errors.push(error.help(format!("write `{}`", key.usage)));
        }
        value
    }

    /// Takes the items of `key(a, b)`.
    pub(crate) fn list(&mut self, key: Key, errors: &mut Errors) -> Vec<TokenStream> {
        let Some(named) = self.take(key) else { return Vec::new() };
        split(named.value, errors).into_iter().map(|item| item.into_iter().collect()).collect()
    }

    /// Takes a duration: `key = "2s"`, or an expression of type `Duration`.
    pub(crate) fn duration(&mut self, key: Key, wording: &Wording, errors: &mut Errors) -> Option<Limit> {
        let value = self.value(key, errors, <syn::Expr as syn::parse::Parse>::parse)?;
        Limit::parse(value, wording, errors)
    }

    /// Reports a positional argument of an attribute that takes options only.
    pub(crate) fn refuse_positional(&mut self, help: &str, errors: &mut Errors) {
        if let Some(extra) = self.positional().into_iter().next() {
            let what = format!("`#[{}]` takes options only", self.attribute);
            errors.push(Error::new(extra, what).help(help));
        }
    }

    /// Takes the positional arguments.
    pub(crate) fn positional(&mut self) -> Vec<TokenStream> {
        std::mem::take(&mut self.positional)
    }
}

/// Splits at the commas outside of brackets. A trailing comma is accepted; a leading one, or two
/// in a row, are errors.
fn split(tokens: TokenStream, errors: &mut Errors) -> Vec<Vec<TokenTree>> {
    let mut arguments = Vec::new();
    let mut argument = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if argument.is_empty() {
                    errors.push(Error::new(comma, "expected an argument before this comma").help("remove the comma"));
                } else {
                    arguments.push(ungroup(std::mem::take(&mut argument)));
                }
            }
            token => argument.push(token),
        }
    }
    if !argument.is_empty() {
        arguments.push(ungroup(argument));
    }
    arguments
}

/// Removes the invisible group around a value that came through `macro_rules!`.
fn ungroup(mut argument: Vec<TokenTree>) -> Vec<TokenTree> {
    while let [before @ .., TokenTree::Group(group)] = &argument[..]
        && group.delimiter() == Delimiter::None
        && (before.is_empty() || key::is_equals(&before[before.len() - 1..]))
    {
        let value = group.stream();
        argument.pop();
        argument.extend(value);
    }
    argument
}

/// Parses an expression, or reports the error.
pub(crate) fn expression(tokens: TokenStream, errors: &mut Errors) -> Option<syn::Expr> {
    errors.ok(syn::parse2(tokens).map_err(|error| syn::Error::new(error.span(), format!("not an expression: {error}"))))
}
