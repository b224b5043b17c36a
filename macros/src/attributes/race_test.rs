//! `#[taskward::race_test]`: runs the body under many schedules.
//!
//! ```text
//! async fn name(ctx: Context) -> R { BODY }
//!
//! #[test]
//! fn name() {
//!     race_test(TestName::new(module_path!(), "name"), RaceTest::new().delays(2), |root| {
//!         async move { let ctx: Context = test_context(&root); BODY }
//!     });
//! }
//! ```
//!
//! The body gets decision points before its `.await`s, and its tasks are tracked: see
//! `testing/rewrite.rs` and `testing/tasks.rs`.

use proc_macro2::TokenStream;
use quote::quote;

use super::testing::{self, MAX_POLLS, Reader, TestAttribute};
use crate::args::{Args, Key, Keys};
use crate::diagnostics::Errors;
use crate::item::Function;
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rules::Allowed;

mod options;

pub(crate) struct RaceTest {
    /// Calls of the builder's methods.
    options: TokenStream,
}

impl Keys for RaceTest {
    const NAME: &'static str = "taskward::race_test";
    const KEYS: &'static [Key] = &[
        options::DELAYS.key,
        options::RUNS.key,
        options::PCT.key,
        Reader::TIMEOUT,
        options::SEED.key,
        MAX_POLLS.key,
        Reader::PANICS,
        Reader::REAL_TIME,
    ];
}

impl Attribute for RaceTest {
    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        Self { options: options::parse(args, errors) }
    }

    fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors) {
        testing::check::<Self>(function, allowed, errors);
    }

    fn expand(&self, function: Function, krate: &Krate) -> TokenStream {
        let (private, options) = (krate.private(), &self.options);
        testing::run_many::<Self>(function, krate, &quote!(#private::RaceTest::new() #options))
    }

    fn fall_back(&self, function: &Function, _krate: &Krate) -> TokenStream {
        testing::fall_back(function)
    }
}

impl TestAttribute for RaceTest {
    fn prepare(function: &mut Function, krate: &Krate) -> TokenStream {
        testing::instrument(function, krate);
        testing::imports(krate)
    }
}
