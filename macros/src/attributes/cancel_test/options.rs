//! The options of `#[taskward::cancel_test]`.

use proc_macro2::TokenStream;

use super::CancelTest;
use crate::args::Args;
use crate::attributes::testing::{MAX_POLLS, Number, Reader};
use crate::diagnostics::Errors;

const MAX_POINTS: Number = Number {
    key: "max_points",
    range: 1..=1_000_000,
    too_small: "a test that cancels nothing passes always",
    too_large: "so many runs take hours",
    help: "write at how many suspensions it is cancelled at most, such as `max_points = 1000`",
};

/// The calls of the builder that they describe.
pub(super) fn parse(args: &mut Args, errors: &mut Errors) -> TokenStream {
    let mut options = Reader::of::<CancelTest>(args, errors, "write `max_points = 1000`, `natural`, or nothing");
    options.number(&MAX_POINTS);
    options.timeout();
    options.number(&MAX_POLLS);
    options.flag("natural");
    options.flag("real_time");
    options.calls
}
