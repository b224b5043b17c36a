//! `#[taskward::cancel_test]`: the body, cancelled at each suspension.
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
//! The body has decision points before its `.await`s, and what it spawns is known: see `testing/rewrite.rs` and `testing/tasks.rs`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::testing::{self, TestAttribute};
use crate::args::{Args, Form, Key, Keys};
use crate::diagnostics::{Error, Errors};
use crate::function::Function;
use crate::krate::Krate;
use crate::params::mentions;
use crate::pipeline::Attribute;
use crate::rules::Allowed;

mod options;

pub(crate) struct CancelTest {
    /// Calls of the builder.
    options: TokenStream,
}

impl Keys for CancelTest {
    const NAME: &'static str = "taskward::cancel_test";
    const KEYS: &'static [Key] = &[
        Key { name: "max_points", form: Form::Value, usage: "max_points = 1000" },
        Key { name: "timeout", form: Form::Value, usage: "timeout = \"60s\"" },
        Key { name: "max_polls", form: Form::Value, usage: "max_polls = 100_000" },
        Key { name: "natural", form: Form::Flag, usage: "natural" },
        Key { name: "real_time", form: Form::Flag, usage: "real_time" },
    ];
}

impl Attribute for CancelTest {
    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        Self { options: options::parse(args, errors) }
    }

    fn check(&self, function: &Function, _allowed: &Allowed, errors: &mut Errors) {
        testing::check::<Self>(function, errors);
        if function.is_async() && cancels_nothing(function) {
            let error = Error::new(
                &function.sig.ident,
                "a cancel test marks what is to be cancelled, and this one marks nothing",
            );
            errors.push(error.help("write `cancellable(FUTURE).await`: it is `None` where the future was cancelled; then assert what must hold"));
        }
    }

    fn expand(&self, function: Function, krate: &Krate) -> TokenStream {
        let (private, options) = (krate.private(), &self.options);
        testing::often::<Self>(function, krate, &quote!(#private::CancelTest::new() #options))
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

/// Neither here nor in a function that it awaits.
fn cancels_nothing(function: &Function) -> bool {
    let says = |word| {
        let word = Ident::new(word, Span::call_site());
        function.body.as_ref().is_some_and(|body| mentions(&body.stream(), &word))
    };
    function.body.is_some() && !says("cancellable") && !says("await")
}
