//! The options of `#[taskward::race_test]`.

use proc_macro2::TokenStream;

use crate::args::Args;
use crate::attributes::testing::{MAX_POLLS, Number, Reader};
use crate::diagnostics::Errors;

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

const PCT: Number = Number {
    key: "pct",
    range: 1..=8,
    too_small: "a bug has a depth of at least 1",
    too_large: "a bug of such a depth is found by nobody",
    help: "write how many orderings of operations the bug may need, such as `pct = 3`",
};

/// Parses the options into calls of the builder's methods.
pub(super) fn parse(args: &mut Args, errors: &mut Errors) -> TokenStream {
    let mut options = Reader::of(args, errors, "write `delays = 2`, `runs = 2000`, or nothing");
    options.number(&DELAYS);
    options.number(&RUNS);
    options.number(&PCT);
    options.timeout();
    options.number(&SEED);
    options.number(&MAX_POLLS);
    options.panics();
    options.flag("real_time");
    options.calls
}
