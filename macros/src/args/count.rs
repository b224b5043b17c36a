//! Numbers of at least 1: literals are checked here, expressions when the program runs.

use quote::ToTokens;
use syn::parse::Parse;
use syn::{Expr, ExprLit, Lit, UnOp};

use super::Args;
use crate::diagnostics::{Error, Errors};

/// An option that takes such a number, and the texts of its errors.
pub(crate) struct Count {
    pub(crate) key: &'static str,
    /// The noun for the counted things, in the plural.
    pub(crate) of: &'static str,
    pub(crate) zero: &'static str,
    pub(crate) help: &'static str,
}

pub(crate) const WORKERS: Count = Count {
    key: "workers",
    of: "workers",
    zero: "a pool needs at least one worker",
    help: "write a number of at least 1, an expression of type `usize`, or nothing for the available parallelism",
};

pub(crate) const QUEUE: Count = Count {
    key: "queue",
    of: "items",
    zero: "a queue needs room for at least one item",
    help: "write a number of at least 1, an expression of type `usize`, or nothing for the number of workers",
};

pub(crate) const ATTEMPTS: Count = Count {
    key: "attempts",
    of: "attempts",
    zero: "a call needs at least one attempt",
    help: "write a number of at least 1, or an expression of type `u32`: `attempts = 5`",
};

impl Count {
    /// Parses the option's value and refuses literals that are not a number of at least 1.
    pub(crate) fn parse(&self, args: &mut Args, errors: &mut Errors) -> Option<Expr> {
        let value = args.value(self.key, errors, Expr::parse)?;
        let wrong = match &value {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => match number.base10_parse::<usize>() {
                Ok(0) => self.zero.to_owned(),
                Ok(_) => return Some(value),
                Err(error) => error.to_string(),
            },
            Expr::Unary(negative) if matches!(negative.op, UnOp::Neg(_)) => self.zero.to_owned(),
            Expr::Lit(literal) => format!("`{}` is not a number of {}", literal.to_token_stream(), self.of),
            _ => return Some(value),
        };
        errors.push(Error::new(&value, wrong).help(self.help));
        None
    }
}
