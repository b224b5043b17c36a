//! The options of `#[worker_pool]`.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::parse::Parse;
use syn::{Expr, ExprLit, Lit, UnOp};

use crate::args::Args;
use crate::diagnostics::{Error, Errors};

pub(crate) struct Options {
    /// `None`: as many as the machine can run at a time.
    pub(crate) workers: Option<Expr>,
    /// `None`: the function's name and `_all`.
    pub(crate) name: Option<Ident>,
    pub(crate) on_error: OnError,
}

#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum OnError {
    /// The first error ends the call.
    #[default]
    Fail,
    /// Every item has its result.
    Collect,
}

impl Options {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        if let Some(extra) = args.positional().into_iter().next() {
            errors.push(
                Error::new(extra, "`#[worker_pool]` takes options only")
                    .help("write the number of workers as `workers = 8`"),
            );
        }
        let workers = args.value("workers", errors, Expr::parse);
        Self {
            workers: workers.and_then(|workers| checked(workers, errors)),
            name: args.value("name", errors, Ident::parse),
            on_error: on_error(args, errors),
        }
    }
}

/// Refuses literals that cannot be a number of workers. What an expression yields is looked at when it has run.
fn checked(workers: Expr, errors: &mut Errors) -> Option<Expr> {
    const HELP: &str =
        "write a number of at least 1, an expression for a `usize`, or nothing: as many as the machine can run";
    let wrong = match &workers {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => match number.base10_parse::<usize>() {
            Ok(0) => Some("a pool needs at least one worker".to_owned()),
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        },
        Expr::Unary(negative) if matches!(negative.op, UnOp::Neg(_)) => {
            Some("a pool needs at least one worker".to_owned())
        }
        Expr::Lit(literal) => Some(format!("`{}` is not a number of workers", literal.to_token_stream())),
        _ => None,
    };
    match wrong {
        Some(wrong) => {
            errors.push(Error::new(&workers, wrong).help(HELP));
            None
        }
        None => Some(workers),
    }
}

fn on_error(args: &mut Args, errors: &mut Errors) -> OnError {
    let Some(word) = args.value("on_error", errors, Expr::parse) else { return OnError::Fail };
    match word.to_token_stream().to_string().as_str() {
        "collect" => OnError::Collect,
        "fail" => OnError::Fail,
        other => {
            let error = Error::new(&word, format!("`on_error` is `fail` or `collect`, not `{other}`"));
            errors.push(
                error.help("`fail`, the default, returns the first error; `collect` returns every item's result"),
            );
            OnError::Fail
        }
    }
}
