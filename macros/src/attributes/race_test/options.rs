//! The options of `#[taskward::race_test]`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Expr;
use syn::parse::Parse;

use crate::args::Args;
use crate::args::duration::{Limit, TIMEOUT};
use crate::attributes::testing::{MAX_POLLS, Number};
use crate::diagnostics::{Error, Errors};

pub(crate) struct Options {
    delays: Option<Expr>,
    runs: Option<Expr>,
    timeout: Option<Limit>,
    seed: Option<Expr>,
    max_polls: Option<Expr>,
    allows_panics: bool,
    real_time: bool,
}

const DELAYS: Number = Number {
    key: "delays",
    range: 1..=8,
    too_small: "without delays there is one schedule: the one that every test tries",
    too_large: "nobody can wait for all schedules with so many delays",
    help: "write 1, 2 or 3: most races need one or two; beyond these, delays are tried at random anyway",
};

const RUNS: Number = Number {
    key: "runs",
    range: 1..=100_000_000,
    too_small: "a test that runs no schedule passes always",
    too_large: "so many runs take hours",
    help: "write how many schedules are tried at most, such as `runs = 2000`",
};

const SEED: Number = Number {
    key: "seed",
    range: 0..=u64::MAX,
    too_small: "a seed is a number",
    too_large: "a seed is a number of 64 bits",
    help: "write any number, such as `seed = 7`",
};

impl Options {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        if let Some(extra) = args.positional().into_iter().next() {
            let error = Error::new(extra, "`#[taskward::race_test]` takes options only");
            errors.push(error.help("write `delays = 2`, `runs = 2000`, or nothing"));
        }
        let mut number = |number: &Number, errors: &mut Errors| {
            args.value(number.key, errors, Expr::parse).and_then(|value| number.check(value, errors))
        };
        let delays = number(&DELAYS, errors);
        let runs = number(&RUNS, errors);
        let seed = number(&SEED, errors);
        let max_polls = number(&MAX_POLLS, errors);
        let timeout = args.value("timeout", errors, Expr::parse);
        let panics = args.value("panics", errors, Expr::parse);
        Self {
            delays,
            runs,
            timeout: timeout.and_then(|timeout| Limit::parse(timeout, &TIMEOUT, errors)),
            seed,
            max_polls,
            allows_panics: panics.is_some_and(|panics| allows(&panics, errors)),
            real_time: args.flag("real_time").is_some(),
        }
    }

    /// The `RaceTest` that they describe.
    pub(crate) fn expand(&self, private: &TokenStream) -> TokenStream {
        let number = |name: &str, value: &Option<Expr>| {
            let name = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
            value.as_ref().map(|value| quote!(.#name(#value)))
        };
        let (delays, runs) = (number("delays", &self.delays), number("runs", &self.runs));
        let (seed, max_polls) = (number("seed", &self.seed), number("max_polls", &self.max_polls));
        let timeout = self.timeout.as_ref().map(|timeout| {
            let timeout = timeout.duration();
            quote!(.timeout(#timeout))
        });
        let allow_panics = self.allows_panics.then(|| quote!(.allow_panics()));
        let real_time = self.real_time.then(|| quote!(.real_time()));
        quote!(#private::RaceTest::new() #delays #runs #timeout #seed #max_polls #allow_panics #real_time)
    }
}

/// `panics = allow`
fn allows(panics: &Expr, errors: &mut Errors) -> bool {
    let written = panics.to_token_stream().to_string();
    if written.trim_matches('"') != "allow" {
        let error = Error::new(panics, format!("`panics` cannot be `{written}`"));
        errors.push(
            error.help(
                "write `panics = allow`, where tasks may panic, or nothing: then a panic in any task is a failure",
            ),
        );
    }
    true
}
