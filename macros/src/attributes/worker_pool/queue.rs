//! The options of `#[worker_pool(jobs = …)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parse;
use syn::{Expr, ExprLit, Lit};

use crate::args::backoff::Backoff;
use crate::args::duration::{LEASE, Limit};
use crate::args::number::ATTEMPTS;
use crate::args::{Args, Key};
use crate::diagnostics::{Error, Errors};

/// The queue for the items, if the context carries one.
pub(crate) struct Queue {
    /// An expression for a `&'static str`.
    name: Expr,
    attempts: Option<Expr>,
    backoff: Option<Backoff>,
    lease: Option<Limit>,
}

/// The longest queue name: the name is part of every notification.
const LONGEST: usize = 200;

impl Queue {
    pub(super) const JOBS: Key = Key::value("jobs", "jobs = \"queue name\"");
    pub(super) const BACKOFF: Key = Key::value("backoff", "backoff = \"1s..1m\"");
    pub(super) const LEASE: Key = Key::value("lease", "lease = \"30s\"");

    pub(super) fn parse(args: &mut Args, errors: &mut Errors) -> Option<Self> {
        if args.key_span(Self::JOBS).is_none() {
            for (key, instead) in [
                (ATTEMPTS.key, "add `jobs = \"queue name\"`; to retry in the process, write `#[retry(attempts = 5)]`"),
                (Self::BACKOFF, "add `jobs = \"queue name\"`; to retry in the process, write `#[retry(backoff = …)]`"),
                (Self::LEASE, "add `jobs = \"queue name\"`, or remove `lease`"),
            ] {
                if let Some(key) = args.key_span(key) {
                    let error = Error::new(&key, format!("`{key}` needs `jobs`"));
                    errors.push(error.help(instead));
                }
            }
        }
        let name = args.value(Self::JOBS, errors, Expr::parse);
        let attempts = ATTEMPTS.parse(args, errors);
        let backoff = args.value(Self::BACKOFF, errors, Expr::parse);
        let backoff = backoff.and_then(|backoff| Backoff::parse(&backoff, errors));
        let lease = args.duration(Self::LEASE, &LEASE, errors);
        let name = name.filter(|name| is_name(name, errors))?;
        Some(Self { name, attempts, backoff, lease })
    }

    /// A constant that describes the function to the job runtime.
    pub(super) fn spec(&self, function: &str, private: &TokenStream) -> TokenStream {
        let Self { name, attempts, backoff, lease } = self;
        let attempts = attempts.as_ref().map(|attempts| quote!(.attempts(#attempts)));
        let backoff = backoff.as_ref().map(|backoff| {
            let [first, longest] = backoff.bounds().map(Limit::duration);
            quote!(.backoff(#first, #longest))
        });
        let lease = lease.as_ref().map(|lease| {
            let lease = lease.duration();
            quote!(.lease(#lease))
        });
        quote!(const { &#private::Spec::new(#name, #function) #attempts #backoff #lease })
    }
}

/// Refuses literals that are not a text of a sensible length. The compiler checks expressions.
fn is_name(name: &Expr, errors: &mut Errors) -> bool {
    const HELP: &str = "write the name of a queue: `jobs = \"thumbs\"`";
    let wrong = match name {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => match text.value().trim() {
            "" => "a queue needs a name",
            long if long.len() > LONGEST => "the name of a queue is longer than 200 bytes",
            _ => return true,
        },
        Expr::Lit(_) => "the name of a queue must be a string",
        _ => return true,
    };
    errors.push(Error::new(name, wrong).help(HELP));
    false
}
