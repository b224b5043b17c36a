//! Errors: collected, each with its span and a help.

use std::fmt::Display;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;

/// The errors of one annotated item.
#[derive(Default)]
pub(crate) struct Errors {
    errors: Vec<Error>,
    /// `true` if one of the errors prevents the expansion.
    fatal: bool,
}

pub(crate) struct Error {
    at: TokenStream,
    message: String,
}

impl Error {
    /// An error that spans `tokens`, from the first to the last.
    pub(crate) fn new(tokens: impl ToTokens, message: impl Into<String>) -> Self {
        Self { at: tokens.into_token_stream(), message: message.into() }
    }

    /// Adds the code to write instead.
    pub(crate) fn help(self, help: impl Display) -> Self {
        self.line("help", help)
    }

    /// Adds the name of the rule, and how to silence it.
    pub(crate) fn rule(self, rule: &str, attribute: &str) -> Self {
        self.line("rule", format_args!("{rule} (silence with `#[{attribute}(allow({rule}))]`)"))
    }

    fn line(mut self, label: &str, text: impl Display) -> Self {
        self.message = format!("{}\n{label}: {text}", self.message);
        self
    }
}

impl From<syn::Error> for Error {
    fn from(error: syn::Error) -> Self {
        let at = Ident::new("error", error.span());
        Self::new(at, error.to_string())
    }
}

impl Errors {
    pub(crate) fn push(&mut self, error: impl Into<Error>) {
        self.errors.push(error.into());
        self.fatal = true;
    }

    /// Adds an error that does not prevent the expansion, such as a rule's, so that the compiler
    /// reports its own errors too.
    pub(crate) fn report(&mut self, error: Error) {
        self.errors.push(error);
    }

    /// Returns whether the function can be expanded.
    pub(crate) fn allow_expansion(&self) -> bool {
        !self.fatal
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.errors.len()
    }

    /// Returns the value, or records the error and returns `None`.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Emits the errors in front of the item.
    pub(crate) fn emit_before(self, item: TokenStream) -> TokenStream {
        let mut tokens: TokenStream = self
            .errors
            .into_iter()
            .map(|Error { at, message }| syn::Error::new_spanned(at, message).to_compile_error())
            .collect();
        tokens.extend(item);
        tokens
    }
}

/// Formats the tokens of a type as a user writes them.
pub(crate) fn type_to_string(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    let mut after_word = false;
    spell(tokens.into_token_stream(), &mut text, &mut after_word);
    text
}

fn spell(tokens: TokenStream, text: &mut String, after_word: &mut bool) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let [open, close] = match group.delimiter() {
                    Delimiter::Parenthesis => ["(", ")"],
                    Delimiter::Brace => ["{ ", " }"],
                    Delimiter::Bracket => ["[", "]"],
                    Delimiter::None => ["", ""],
                };
                if group.delimiter() == Delimiter::Brace && *after_word {
                    text.push(' ');
                }
                text.push_str(open);
                *after_word &= group.delimiter() == Delimiter::None;
                spell(group.stream(), text, after_word);
                text.push_str(close);
                *after_word = group.delimiter() != Delimiter::None;
            }
            TokenTree::Punct(sign) => {
                match sign.as_char() {
                    ',' | ';' => text.extend([sign.as_char(), ' ']),
                    '+' | '=' => text.extend([' ', sign.as_char(), ' ']),
                    '\'' if *after_word => text.push_str(" '"),
                    sign => text.push(sign),
                }
                *after_word = false;
            }
            word => {
                if *after_word {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
                *after_word = true;
            }
        }
    }
}
