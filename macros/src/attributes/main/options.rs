//! The options of `#[taskward::main]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Expr;
use syn::parse::Parse;

use crate::args::duration::{GRACE, Limit};
use crate::args::number::THREADS;
use crate::args::word::{Flavor, choose, flavor};
use crate::args::{Args, Key};
use crate::diagnostics::{Error, Errors};

pub(crate) struct Options {
    /// `None` for the default, or if an error was reported.
    grace: Option<Limit>,
    flavor: Flavor,
    worker_threads: Option<Expr>,
    clean_exit: bool,
}

const FLAVORS: [(&str, Flavor); 2] = [("multi_thread", Flavor::MultiThread), ("current_thread", Flavor::CurrentThread)];

impl Options {
    pub(super) const GRACE: Key = Key::value("grace", "grace = \"10s\"");
    pub(super) const FLAVOR: Key = Key::value("flavor", "flavor = \"current_thread\"");
    pub(super) const EXIT_CODE: Key = Key::value("exit_code", "exit_code = clean");

    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        if let Some(extra) = args.positional().into_iter().next() {
            let error = Error::new(extra, "`#[taskward::main]` takes options only");
            errors.push(error.help("write the grace as `grace = \"10s\"`"));
        }
        let grace = args.value(Self::GRACE, errors, Expr::parse);
        let written = args.value(Self::FLAVOR, errors, Expr::parse);
        let help = "write `\"multi_thread\"` (the default) or `\"current_thread\"`";
        let flavor = flavor(written, &FLAVORS, help, errors);
        let threads_key = args.key_span(THREADS.key);
        if let (Some(key), Flavor::CurrentThread) = (threads_key, flavor) {
            let error = Error::new(key, "the flavor `current_thread` has no worker threads");
            errors.push(error.help("remove `worker_threads`, or `flavor`"));
        }
        let exit_code = args.value(Self::EXIT_CODE, errors, Expr::parse);
        let problem = |written: &str| format!("there is no exit code `{written}`");
        let help = "write `exit_code = clean`, or nothing: the code of the signal";
        Self {
            grace: grace.and_then(|grace| Limit::parse_or_zero(grace, &GRACE, errors)),
            flavor,
            worker_threads: THREADS.parse(args, errors),
            clean_exit: exit_code.is_some_and(|code| choose(&code, &[("clean", ())], problem, help, errors).is_some()),
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
        if self.flavor == Flavor::MultiThread {
            quote!(#private::Main::multi_thread() #grace #clean #threads)
        } else {
            quote!(#private::Main::current_thread() #grace #clean)
        }
    }
}
