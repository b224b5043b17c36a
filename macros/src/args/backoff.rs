//! The pauses between attempts: `"100ms..5s"`, or a range of two expressions.

use syn::{Expr, ExprLit, Lit, LitStr};

use super::duration::{Limit, PAUSE, lacks_unit};
use crate::diagnostics::{Error, Errors};

const HELP: &str = "write the first and the longest pause: `backoff = \"100ms..5s\"`";

/// The first pause, doubled after each attempt, and the longest pause.
pub(crate) struct Backoff {
    first: Limit,
    longest: Limit,
}

impl Backoff {
    pub(crate) fn parse(value: &Expr, errors: &mut Errors) -> Option<Self> {
        let (first, longest) = match value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => of_text(text, errors)?,
            Expr::Range(syn::ExprRange { start: Some(first), end: Some(longest), .. }) => {
                ((**first).clone(), (**longest).clone())
            }
            _ => {
                errors.push(Error::new(value, "not a range of two durations").help(HELP));
                return None;
            }
        };
        let first = Limit::parse(first, &PAUSE, errors);
        let longest = Limit::parse(longest, &PAUSE, errors);
        let (first, longest) = (first?, longest?);
        if let (Limit::Literal(low), Limit::Literal(high)) = (&first, &longest)
            && low > high
        {
            let error = Error::new(value, "the first pause is longer than the longest");
            errors.push(error.help("write the shorter one first"));
            return None;
        }
        Some(Self { first, longest })
    }

    pub(crate) fn bounds(&self) -> [&Limit; 2] {
        [&self.first, &self.longest]
    }

    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.bounds().into_iter().filter_map(Limit::expr)
    }
}

/// Parses `"FIRST..LONGEST"` into two literals.
fn of_text(text: &LitStr, errors: &mut Errors) -> Option<(Expr, Expr)> {
    let value = text.value();
    let Some((first, longest)) = value.split_once("..") else {
        let what = if value.trim().is_empty() { "an empty backoff" } else { "a backoff needs two durations" };
        errors.push(Error::new(text, what).help(HELP));
        return None;
    };
    let has_unit = |part: &str| !lacks_unit(part);
    let [first, longest] = [first, longest.trim_start_matches('=')].map(str::trim);
    if !has_unit(first) || !has_unit(longest) {
        let with = |part: &str, unit| if has_unit(part) { part.to_owned() } else { format!("{part}{unit}") };
        let [seconds, millis] = ["s", "ms"].map(|unit| format!("\"{}..{}\"", with(first, unit), with(longest, unit)));
        let number = if has_unit(first) { longest } else { first };
        let error = Error::new(text, format!("the pause `{number}` has no unit"));
        errors.push(error.help(format!("write `{seconds}` or `{millis}`")));
        return None;
    }
    let literal = |part: &str| {
        let literal = LitStr::new(part, text.span());
        Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Str(literal) })
    };
    Some((literal(first), literal(longest)))
}
