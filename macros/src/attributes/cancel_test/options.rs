//! The options of `#[taskward::cancel_test]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Expr;
use syn::parse::Parse;

use crate::args::Args;
use crate::args::duration::{Limit, TIMEOUT};
use crate::attributes::testing::{MAX_POLLS, Number};
use crate::diagnostics::{Error, Errors};

pub(crate) struct Options {
    max_points: Option<Expr>,
    timeout: Option<Limit>,
    max_polls: Option<Expr>,
    natural: bool,
    real_time: bool,
}

const MAX_POINTS: Number = Number {
    key: "max_points",
    range: 1..=1_000_000,
    too_small: "a test that cancels nothing passes always",
    too_large: "so many runs take hours",
    help: "write at how many suspensions it is cancelled at most, such as `max_points = 1000`",
};

impl Options {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        if let Some(extra) = args.positional().into_iter().next() {
            let error = Error::new(extra, "`#[taskward::cancel_test]` takes options only");
            errors.push(error.help("write `max_points = 1000`, `natural`, or nothing"));
        }
        let mut number = |number: &Number, errors: &mut Errors| {
            args.value(number.key, errors, Expr::parse).and_then(|value| number.check(value, errors))
        };
        let max_points = number(&MAX_POINTS, errors);
        let max_polls = number(&MAX_POLLS, errors);
        let timeout = args.value("timeout", errors, Expr::parse);
        Self {
            max_points,
            timeout: timeout.and_then(|timeout| Limit::parse(timeout, &TIMEOUT, errors)),
            max_polls,
            natural: args.flag("natural").is_some(),
            real_time: args.flag("real_time").is_some(),
        }
    }

    /// The `CancelTest` that they describe.
    pub(crate) fn expand(&self, private: &TokenStream) -> TokenStream {
        let max_points = self.max_points.as_ref().map(|points| quote!(.max_points(#points)));
        let max_polls = self.max_polls.as_ref().map(|polls| quote!(.max_polls(#polls)));
        let timeout = self.timeout.as_ref().map(|timeout| {
            let timeout = timeout.duration();
            quote!(.timeout(#timeout))
        });
        let natural = self.natural.then(|| quote!(.natural()));
        let real_time = self.real_time.then(|| quote!(.real_time()));
        quote!(#private::CancelTest::new() #max_points #timeout #max_polls #natural #real_time)
    }
}
