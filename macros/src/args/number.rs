//! Options that take a number: literals are checked here, expressions when the program runs.

use std::ops::RangeInclusive;

use quote::ToTokens;
use syn::parse::Parse;
use syn::{Expr, ExprLit, Lit, UnOp};

use super::{Args, Key};
use crate::diagnostics::{Error, Errors};

/// An option that takes a number, and the texts of its errors.
pub(crate) struct Number {
    pub(crate) key: Key,
    /// The noun for the value.
    pub(crate) noun: &'static str,
    pub(crate) range: RangeInclusive<u64>,
    pub(crate) too_small: &'static str,
    pub(crate) too_large: &'static str,
    pub(crate) help: &'static str,
}

pub(crate) const WORKERS: Number = Number::at_least_one(
    Key::value("workers", "workers = 8"),
    "number of workers",
    "a pool needs at least one worker",
    "write a number of at least 1, an expression of type `usize`, or nothing for the available parallelism",
);

pub(crate) const QUEUE: Number = Number::at_least_one(
    Key::value("queue", "queue = 16"),
    "number of items",
    "a queue needs room for at least one item",
    "write a number of at least 1, an expression of type `usize`, or nothing for the number of workers",
);

pub(crate) const ATTEMPTS: Number = Number::at_least_one(
    Key::value("attempts", "attempts = 5"),
    "number of attempts",
    "a call needs at least one attempt",
    "write a number of at least 1, or an expression of type `u32`: `attempts = 5`",
);

pub(crate) const THREADS: Number = Number::at_least_one(
    Key::value("worker_threads", "worker_threads = 4"),
    "number of threads",
    "a runtime needs at least one worker thread",
    "write a number of at least 1, an expression of type `usize`, or nothing for the available parallelism",
);

impl Number {
    const fn at_least_one(key: Key, noun: &'static str, too_small: &'static str, help: &'static str) -> Self {
        let too_large = "number too large to fit in target type";
        Self { key, noun, range: 1..=u64::MAX, too_small, too_large, help }
    }

    /// Parses the option's value and refuses literals outside of the range.
    pub(crate) fn parse(&self, args: &mut Args, errors: &mut Errors) -> Option<Expr> {
        let value = args.value(self.key, errors, Expr::parse)?;
        let wrong = match &value {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => match number.base10_parse::<u64>() {
                Ok(number) if self.range.contains(&number) => return Some(value),
                Ok(number) if number < *self.range.start() => self.too_small.to_owned(),
                _ => self.too_large.to_owned(),
            },
            Expr::Unary(negative) if matches!(negative.op, UnOp::Neg(_)) => self.too_small.to_owned(),
            Expr::Lit(literal) => format!("`{}` is not a {}", literal.to_token_stream(), self.noun),
            _ => return Some(value),
        };
        errors.push(Error::new(&value, wrong).help(self.help));
        None
    }
}
