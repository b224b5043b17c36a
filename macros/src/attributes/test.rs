//! `#[taskward::test]`: a test that tracks its tasks.
//!
//! ```text
//! async fn name(ctx: Context) -> R { BODY }
//!
//! #[test]
//! fn name() -> R {
//!     Test::named(concat!(module_path!(), "::name")).start_paused(true).run_test(|root| {
//!         async move { let ctx: Context = test_context(&root); BODY }
//!     }, |output| (&Verdict::on(output)).has_failed())
//! }
//! ```
//!
//! The body's tasks are tracked: see `testing/tasks.rs`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use self::options::Options;
use super::testing::{self, Reader, TestAttribute};
use crate::args::number::THREADS;
use crate::args::{Args, Key, Keys};
use crate::diagnostics::Errors;
use crate::item::Function;
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rules::Allowed;

mod options;

pub(crate) struct Test {
    options: Options,
}

impl Keys for Test {
    const NAME: &'static str = "taskward::test";
    const KEYS: &'static [Key] = &[
        Options::FLAVOR,
        THREADS.key,
        Options::START_PAUSED,
        Options::NAME,
        Reader::TIMEOUT,
        Options::SETTLE,
        Options::LEAKS,
        Options::BLOCKED,
        Options::PANICS,
    ];
}

impl Attribute for Test {
    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        Self { options: Options::parse(args, errors) }
    }

    fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors) {
        testing::check::<Self>(function, allowed, errors);
    }

    fn expand(&self, function: Function, krate: &Krate) -> TokenStream {
        let private = krate.private();
        let options = self.options.expand(&private);
        // A failure is reported at the test's name.
        let (at, name) = (function.sig.ident.span(), function.name());
        let path = quote!(::core::concat!(::core::module_path!(), "::", #name));
        let test = quote_spanned!(at=> #private::Test::named(#path));
        let (run, expected) = match testing::should_panic(&function) {
            Some(expected) => (quote_spanned!(at=> .run_should_panic), quote!(#expected,)),
            None => (quote_spanned!(at=> .run_test), TokenStream::new()),
        };
        let seen = Ident::new("output", Span::mixed_site());
        testing::run_once::<Self>(function, krate, |body| {
            quote! {
                #test #options #run(#expected #body, |#seen| {
                    #[allow(unused_imports)]
                    use #private::{ViaAnything as _, ViaTestOutput as _};
                    (&#private::Verdict::on(#seen)).has_failed()
                })
            }
        })
    }

    fn fall_back(&self, function: &Function, _krate: &Krate) -> TokenStream {
        testing::fall_back(function)
    }
}

impl TestAttribute for Test {
    fn prepare(function: &mut Function, krate: &Krate) -> TokenStream {
        testing::track_spawns(function, krate);
        testing::imports(krate)
    }
}
