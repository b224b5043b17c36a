//! Options that take a number.

use std::ops::RangeInclusive;

use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, UnOp};

use crate::diagnostics::{Error, Errors};

/// An option that takes a number, and its accepted range.
pub(crate) struct Number {
    pub(crate) key: &'static str,
    pub(crate) range: RangeInclusive<u64>,
    pub(crate) too_small: &'static str,
    pub(crate) too_large: &'static str,
    pub(crate) help: &'static str,
}

pub(crate) const MAX_POLLS: Number = Number {
    key: "max_polls",
    range: 1..=4_000_000_000,
    too_small: "a run needs at least one poll",
    too_large: "this many polls take hours",
    help: "write the number of polls after which a run counts as endless, such as `max_polls = 100_000`",
};

impl Number {
    /// Refuses literals outside of the range. Expressions are checked when the program runs.
    pub(crate) fn check(&self, value: Expr, errors: &mut Errors) -> Option<Expr> {
        let wrong = match &value {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => match number.base10_parse::<u64>() {
                Ok(number) if self.range.contains(&number) => return Some(value),
                Ok(number) if number < *self.range.start() => self.too_small.to_owned(),
                _ => self.too_large.to_owned(),
            },
            Expr::Unary(negative) if matches!(negative.op, UnOp::Neg(_)) => self.too_small.to_owned(),
            Expr::Lit(literal) => format!("`{}` is not a number", literal.to_token_stream()),
            _ => return Some(value),
        };
        errors.push(Error::new(&value, wrong).help(self.help));
        None
    }
}
