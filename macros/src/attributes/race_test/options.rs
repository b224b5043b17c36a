//! The options of `#[taskward::race_test]`.

use proc_macro2::TokenStream;

use crate::args::number::Number;
use crate::args::{Args, Key};
use crate::attributes::testing::{MAX_POLLS, Reader};
use crate::diagnostics::Errors;

pub(super) const DELAYS: Number = Number {
    key: Key::value("delays", "delays = 2"),
    noun: "number",
    range: 1..=8,
    too_small: "without delays, the test runs only one schedule",
    too_large: "there are too many schedules with this many delays",
    help: "write 1, 2 or 3; most races need one or two delays",
};

pub(super) const RUNS: Number = Number {
    key: Key::value("runs", "runs = 2000"),
    noun: "number",
    range: 1..=100_000_000,
    too_small: "this test runs no schedule, so it always passes",
    too_large: "this many runs take hours",
    help: "write the maximal number of schedules, such as `runs = 2000`",
};

pub(super) const SEED: Number = Number {
    key: Key::value("seed", "seed = 7"),
    noun: "number",
    range: 0..=u64::MAX,
    too_small: "a seed is a number",
    too_large: "a seed is a 64-bit number",
    help: "write any number, such as `seed = 7`",
};

pub(super) const PCT: Number = Number {
    key: Key::value("pct", "pct = 3"),
    noun: "number",
    range: 1..=8,
    too_small: "a bug has a depth of at least 1",
    too_large: "no bug of this depth can be found",
    help: "write the depth of the bug, such as `pct = 3`",
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
    options.flag(Reader::REAL_TIME);
    options.calls
}
