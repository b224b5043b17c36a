//! `#[taskward::cancel_test]`: cancels the body at each suspension.
//!
//! ```text
//! async fn name(ctx: Context) -> R { BODY }
//!
//! #[test]
//! fn name() {
//!     cancel_test(TestName::new(module_path!(), "name"), CancelTest::new().max_points(100), |root| {
//!         async move { use cancel_scope::*; let ctx: Context = test_context(&root); BODY }
//!     });
//! }
//! ```
//!
//! The body gets decision points before its `.await`s, and its tasks are tracked: see
//! `testing/rewrite.rs` and `testing/tasks.rs`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::visit::{self, Visit};
use syn::{ExprAwait, Macro};

use self::options::Ways;
use super::testing::{self, MAX_POLLS, Reader, TestAttribute};
use crate::args::{Args, Key, Keys};
use crate::diagnostics::{Error, Errors};
use crate::item::Function;
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rules::Allowed;

mod options;

pub(crate) struct CancelTest {
    /// Calls of the builder's methods.
    options: TokenStream,
    ways: Option<Ways>,
}

impl Keys for CancelTest {
    const NAME: &'static str = "taskward::cancel_test";
    const KEYS: &'static [Key] = &[
        options::BY,
        options::MAX_POINTS.key,
        Reader::TIMEOUT,
        MAX_POLLS.key,
        Reader::PANICS,
        options::NATURAL,
        Reader::REAL_TIME,
    ];
}

impl Attribute for CancelTest {
    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let (options, ways) = options::parse(args, errors);
        Self { options, ways }
    }

    fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors) {
        testing::check::<Self>(function, allowed, errors);
        if let Some(ways) = self
            .ways
            .as_ref()
            .filter(|ways| ways.ends_context && function.sig.inputs.is_empty() && !calls_a_case(function))
        {
            let error = Error::new(&ways.at, "this way ends the test's context, but the test takes none");
            errors.push(error.help(format!(
                "write `async fn {}(ctx: &Context)`, and pass the context to the cancelled call",
                function.name()
            )));
        }
        if function.is_async() && cancels_nothing(function) {
            let error = Error::new(&function.sig.ident, "this test has no cancellable call");
            errors.push(
                error.help("write `cancellable(FUTURE).await`, which returns `None` if the future was cancelled"),
            );
        }
    }

    fn expand(&self, function: Function, krate: &Krate) -> TokenStream {
        let (private, options) = (krate.private(), &self.options);
        let by = self.ways.as_ref().map(|ways| ways.call(&private));
        testing::run_many::<Self>(function, krate, &quote!(#private::CancelTest::new() #by #options))
    }

    fn fall_back(&self, function: &Function, _krate: &Krate) -> TokenStream {
        testing::fall_back(function)
    }
}

impl TestAttribute for CancelTest {
    fn prepare(function: &mut Function, krate: &Krate) -> TokenStream {
        testing::instrument(function, krate);
        let (imports, private) = (testing::imports(krate), krate.private());
        quote!(#imports #[allow(unused_imports)] use #private::cancel_scope::*;)
    }
}

/// Returns whether the body only calls a case function that `rstest` or `test_case` has generated.
fn calls_a_case(function: &Function) -> bool {
    scan(function).is_some_and(|findings| !findings.cancellable && !findings.unreadable)
}

/// Returns whether neither the body nor a function that it awaits can be cancelled, as far as the
/// syntax shows.
fn cancels_nothing(function: &Function) -> bool {
    scan(function).is_some_and(|findings| !findings.cancellable && !findings.awaits && !findings.unreadable)
}

/// The parts of a body that decide whether it can be cancelled.
#[derive(Default)]
struct Findings {
    cancellable: bool,
    awaits: bool,
    /// `true` if the body contains a macro, which may do anything.
    unreadable: bool,
}

/// Returns `None` if there is no body, or if it does not parse yet.
fn scan(function: &Function) -> Option<Findings> {
    let mut findings = Findings::default();
    findings.visit_block(function.body.as_ref()?.parsed()?);
    Some(findings)
}

impl Visit<'_> for Findings {
    fn visit_ident(&mut self, ident: &Ident) {
        self.cancellable |= ident == "cancellable";
    }

    fn visit_expr_await(&mut self, awaiting: &ExprAwait) {
        self.awaits = true;
        visit::visit_expr_await(self, awaiting);
    }

    fn visit_macro(&mut self, mac: &Macro) {
        self.unreadable = true;
        visit::visit_macro(self, mac);
    }
}
