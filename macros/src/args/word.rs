//! Options that take one of several words.

use quote::ToTokens;
use syn::{Expr, ExprLit, Lit};

use crate::diagnostics::{Error, Errors};

/// The flavor of a runtime.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Flavor {
    CurrentThread,
    MultiThread,
    Local,
}

/// Returns the meaning of the word, or reports that there is no such one. `problem` receives the
/// written text.
pub(crate) fn choose<T: Copy>(
    value: &Expr,
    words: &[(&str, T)],
    problem: impl FnOnce(&str) -> String,
    help: &str,
    errors: &mut Errors,
) -> Option<T> {
    let written = written(value);
    let choice = words.iter().find(|(word, _)| *word == written).map(|(_, choice)| *choice);
    if choice.is_none() {
        errors.push(Error::new(value, problem(&written)).help(help));
    }
    choice
}

/// Reads the flavor of a runtime. `accepted` begins with the default.
pub(crate) fn flavor(value: Option<Expr>, accepted: &[(&str, Flavor)], help: &str, errors: &mut Errors) -> Flavor {
    let problem = |written: &str| format!("there is no flavor `{written}`");
    value.and_then(|value| choose(&value, accepted, problem, help, errors)).unwrap_or(accepted[0].1)
}

/// The text of a literal, or the tokens of another expression.
pub(crate) fn written(value: &Expr) -> String {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
        other => other.to_token_stream().to_string(),
    }
}

/// Refuses a literal as the value of an option that takes a function.
pub(crate) fn is_function(key: &str, value: &Expr, help: &str, errors: &mut Errors) -> bool {
    let is_literal = matches!(value, Expr::Lit(_));
    if is_literal {
        errors.push(Error::new(value, format!("`{key}` takes a function, not a literal")).help(help));
    }
    !is_literal
}
