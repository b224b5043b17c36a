//! The options of `#[taskward::main]`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parse;
use syn::{Expr, ExprLit, Lit, UnOp};

use crate::args::Args;
use crate::args::duration::{GRACE, Limit};
use crate::diagnostics::{Error, Errors};

pub(crate) struct Options {
    /// `None` for the default, or if an error was reported.
    grace: Option<Limit>,
    flavor: Flavor,
    worker_threads: Option<Expr>,
    clean_exit: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Flavor {
    #[default]
    MultiThread,
    CurrentThread,
}

impl Options {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        if let Some(extra) = args.positional().into_iter().next() {
            let error = Error::new(extra, "`#[taskward::main]` takes options only");
            errors.push(error.help("write the grace as `grace = \"10s\"`"));
        }
        let grace = args.value("grace", errors, Expr::parse);
        let flavor = args.value("flavor", errors, Expr::parse);
        let flavor = flavor.map_or_else(Flavor::default, |flavor| Flavor::parse(&flavor, errors));
        let threads_key = args.key_span("worker_threads");
        let threads = args.value("worker_threads", errors, Expr::parse);
        if let (Some(key), Flavor::CurrentThread) = (threads_key, flavor) {
            let error = Error::new(key, "the flavor `current_thread` has no worker threads");
            errors.push(error.help("remove `worker_threads`, or `flavor`"));
        }
        Self {
            grace: grace.and_then(|grace| Limit::parse_or_zero(grace, &GRACE, errors)),
            flavor,
            worker_threads: threads.and_then(|threads| worker_threads(threads, errors)),
            clean_exit: args.value("exit_code", errors, Expr::parse).is_some_and(|code| is_clean(&code, errors)),
        }
    }

    /// The expression for a `Main` with these options.
    pub(crate) fn expand(&self, private: &TokenStream) -> TokenStream {
        let grace = self.grace.as_ref().map(|grace| {
            let grace = grace.duration();
            quote!(.grace(#grace))
        });
        let threads = self.worker_threads.as_ref().map(|threads| quote!(.worker_threads(#threads)));
        let clean = self.clean_exit.then(|| quote!(.clean_exit()));
        match self.flavor {
            Flavor::MultiThread => quote!(#private::Main::multi_thread() #grace #clean #threads),
            Flavor::CurrentThread => quote!(#private::Main::current_thread() #grace #clean),
        }
    }
}

/// Parses `exit_code`: the only choice besides the default, the signal's code.
fn is_clean(code: &Expr, errors: &mut Errors) -> bool {
    let written = code.to_token_stream().to_string();
    let is_clean = written == "clean";
    if !is_clean {
        let error = Error::new(code, format!("there is no exit code `{written}`"));
        errors.push(error.help("write `exit_code = clean`, or nothing: the code of the signal"));
    }
    is_clean
}

impl Flavor {
    fn parse(flavor: &Expr, errors: &mut Errors) -> Self {
        let written = match flavor {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
            other => other.to_token_stream().to_string(),
        };
        match written.as_str() {
            "multi_thread" => Self::MultiThread,
            "current_thread" => Self::CurrentThread,
            _ => {
                let error = Error::new(flavor, format!("there is no flavor `{written}`"));
                errors.push(error.help("write `\"multi_thread\"` (the default) or `\"current_thread\"`"));
                Self::default()
            }
        }
    }
}

/// Refuses literals that cannot be a number of threads. Expressions are checked when the program
/// runs.
pub(crate) fn worker_threads(threads: Expr, errors: &mut Errors) -> Option<Expr> {
    let wrong = match &threads {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => match number.base10_parse::<usize>() {
            Ok(0) => "a runtime needs at least one worker thread".to_owned(),
            Ok(_) => return Some(threads),
            Err(error) => error.to_string(),
        },
        Expr::Unary(negative) if matches!(negative.op, UnOp::Neg(_)) => {
            "a runtime needs at least one worker thread".to_owned()
        }
        Expr::Lit(literal) => format!("`{}` is not a number of threads", literal.to_token_stream()),
        _ => return Some(threads),
    };
    let help = "write a number of at least 1, an expression of type `usize`, or nothing for the available parallelism";
    errors.push(Error::new(&threads, wrong).help(help));
    None
}
