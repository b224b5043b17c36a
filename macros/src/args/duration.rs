//! A time limit: a literal such as `"1m 30s"`, or any expression for a `Duration`.

use std::time::Duration;

use humantime::DurationError;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, ExprLit, Lit, LitStr};

use crate::diagnostics::{Error, Errors};
use crate::emit::Params;

/// A duration in an attribute.
pub(crate) enum Limit {
    Literal(Duration),
    /// An expression of type `core::time::Duration`.
    Computed(Box<Expr>),
}

/// The words for one kind of duration in messages.
pub(crate) struct Wording {
    name: &'static str,
    zero: &'static str,
    instead_of_zero: &'static str,
}

pub(crate) const TIME_LIMIT: Wording = Wording {
    name: "time limit",
    zero: "a time limit of zero expires before the call begins",
    instead_of_zero: "write a limit of at least `\"1ns\"`, or remove the attribute",
};

pub(crate) const GRACE: Wording = Wording {
    name: "grace",
    zero: "a grace of zero leaves no time to clean up",
    instead_of_zero: "write how long the clean-up may take, or remove `grace`",
};

pub(crate) const PAUSE: Wording = Wording {
    name: "pause",
    zero: "the pause is zero",
    instead_of_zero: "write a pause of at least `\"1ns\"`, or remove `backoff`",
};

pub(crate) const LEASE: Wording = Wording {
    name: "lease",
    zero: "a lease of zero expires when the job begins",
    instead_of_zero: "write the time after which a silent worker counts as dead, or remove `lease`",
};

pub(crate) const TIMEOUT: Wording = Wording {
    name: "timeout",
    zero: "a timeout of zero expires before the test begins",
    instead_of_zero: "write how long the test may take, or remove `timeout`",
};

pub(crate) const SETTLE: Wording = Wording {
    name: "settle window",
    zero: "a settle window of zero leaves no time to end",
    instead_of_zero: "write how long tasks may take to end, or remove `settle`",
};

impl Limit {
    pub(crate) fn parse(expression: Expr, wording: &Wording, errors: &mut Errors) -> Option<Self> {
        if is_zero(&expression) {
            errors.push(Error::new(expression, wording.zero).help(wording.instead_of_zero));
            return None;
        }
        Self::parse_or_zero(expression, wording, errors)
    }

    /// Parses a limit that may be zero: zero means "at once".
    pub(crate) fn parse_or_zero(expression: Expr, wording: &Wording, errors: &mut Errors) -> Option<Self> {
        let limit = match &expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => wording.parse(text),
                Lit::Int(number) => Err(wording.no_unit(literal, number.base10_digits(), number.suffix())),
                Lit::Float(number) => Err(wording.no_unit(literal, number.base10_digits(), number.suffix())),
                _ => Err(wording.not_one(literal)),
            },
            Expr::Unary(negative) if matches!(negative.op, syn::UnOp::Neg(_)) => Err(wording.not_one(negative)),
            _ => return Some(Self::Computed(Box::new(expression))),
        };
        match limit {
            Ok(limit) => Some(Self::Literal(limit)),
            Err(error) => {
                errors.push(error);
                None
            }
        }
    }

    /// Returns the limit for the calls of `owner`: a constant if the limit is a literal.
    pub(crate) fn of_call(&self, owner: &str, private: &TokenStream, params: &Params) -> TokenStream {
        let limit = self.evaluate(params);
        match self {
            Self::Literal(_) => quote!(const { &#private::Limit::of_call(#limit, #owner) }),
            Self::Computed(_) => quote!(#private::Limit::of_call(#limit, #owner)),
        }
    }

    /// The expression, unless the limit is a literal.
    pub(crate) fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Literal(_) => None,
            Self::Computed(limit) => Some(limit),
        }
    }

    /// An expression for a `Duration`, over the parameters of the function.
    pub(crate) fn evaluate(&self, params: &Params) -> TokenStream {
        match self {
            Self::Literal(_) => self.duration(),
            Self::Computed(limit) => params.evaluate(limit, |limit| limit),
        }
    }

    /// An expression for a `Duration`.
    pub(crate) fn duration(&self) -> TokenStream {
        match self {
            Self::Literal(limit) => {
                let (seconds, nanos) = (limit.as_secs(), limit.subsec_nanos());
                quote!(::core::time::Duration::new(#seconds, #nanos))
            }
            Self::Computed(limit) => limit.to_token_stream(),
        }
    }
}

impl Wording {
    /// An error for a number that is not a string; `2s` parses as a number with a suffix.
    fn no_unit(&self, literal: &ExprLit, digits: &str, suffix: &str) -> Error {
        let error = Error::new(literal, format!("a {} needs a unit", self.name));
        let written = format!("{digits}{suffix}");
        if !suffix.is_empty() && humantime::parse_duration(&written).is_ok() {
            error.help(format!("write it in quotes: `\"{written}\"`"))
        } else {
            error.help(format!("write `\"{digits}s\"` or `\"{digits}ms\"`"))
        }
    }

    fn not_one(&self, tokens: impl ToTokens) -> Error {
        Error::new(tokens, format!("not a {}", self.name))
            .help("write `\"5s\"`, `\"1m 30s\"`, `\"250ms\"`, or an expression of type `Duration`")
    }

    fn parse(&self, text: &LitStr) -> Result<Duration, Error> {
        let name = self.name;
        let value = text.value();
        let written = value.trim();
        if written.is_empty() {
            return Err(self.not_one(text));
        }
        if lacks_unit(written) {
            let error = Error::new(text, format!("the {name} `{written}` has no unit"));
            return Err(error.help(format!("write `\"{written}s\"` or `\"{written}ms\"`")));
        }
        match humantime::parse_duration(written) {
            Ok(limit) => Ok(limit),
            Err(DurationError::UnknownUnit { unit, .. }) => {
                let error = Error::new(text, format!("`{unit}` is not a unit of time"));
                Err(error.help("the units are `ns`, `us`, `ms`, `s`, `m`, `h` and `d`: `\"1m 30s\"`"))
            }
            Err(error) => {
                Err(Error::new(text, format!("not a {name}: {error}"))
                    .help("write `\"5s\"`, `\"1m 30s\"` or `\"250ms\"`"))
            }
        }
    }
}

/// Returns whether the text ends with a number without a unit.
pub(crate) fn lacks_unit(text: &str) -> bool {
    matches!(humantime::parse_duration(text), Err(DurationError::UnknownUnit { unit, .. }) if unit.is_empty())
}

/// Returns whether the expression is a literal for zero, with or without a unit.
fn is_zero(expression: &Expr) -> bool {
    let is_zero_number = |digits: &str| digits.parse::<f64>().is_ok_and(|number| number == 0.0);
    let Expr::Lit(literal) = expression else { return false };
    match &literal.lit {
        Lit::Str(text) => {
            let text = text.value();
            is_zero_number(text.trim()) || humantime::parse_duration(text.trim()).is_ok_and(|limit| limit.is_zero())
        }
        Lit::Int(number) => is_zero_number(number.base10_digits()),
        Lit::Float(number) => is_zero_number(number.base10_digits()),
        _ => false,
    }
}
