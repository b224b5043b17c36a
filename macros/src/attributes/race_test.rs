//! `#[taskward::race_test]`: the body under many schedules.
//!
//! ```text
//! async fn name(ctx: Context) -> R { BODY }
//!
//! #[test]
//! fn name() {
//!     race_test(test_case!(name), RaceTest::new().delays(2), |root| {
//!         async move { let ctx: Context = test_context(&root); BODY }
//!     });
//! }
//! ```
//!
//! The body has decision points before its `.await`s, and what it spawns is known: see `testing/rewrite.rs` and `testing/tasks.rs`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ReturnType;

use self::options::Options;
use super::testing::{self, TestAttribute};
use crate::args::{Args, Form, Key, Keys};
use crate::diagnostics::Errors;
use crate::function::Function;
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rules::Allowed;

mod options;

pub(crate) struct RaceTest {
    options: Options,
}

impl Keys for RaceTest {
    const NAME: &'static str = "taskward::race_test";
    const KEYS: &'static [Key] = &[
        Key { name: "delays", form: Form::Value, usage: "delays = 2" },
        Key { name: "runs", form: Form::Value, usage: "runs = 2000" },
        Key { name: "timeout", form: Form::Value, usage: "timeout = \"60s\"" },
        Key { name: "seed", form: Form::Value, usage: "seed = 7" },
        Key { name: "max_polls", form: Form::Value, usage: "max_polls = 100_000" },
        Key { name: "panics", form: Form::Value, usage: "panics = allow" },
        Key { name: "real_time", form: Form::Flag, usage: "real_time" },
    ];
}

impl Attribute for RaceTest {
    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        Self { options: Options::parse(args, errors) }
    }

    fn check(&self, function: &Function, _allowed: &Allowed, errors: &mut Errors) {
        testing::check::<Self>(function, errors);
    }

    fn expand(&self, mut function: Function, krate: &Krate) -> TokenStream {
        let imports = Self::prepare(&mut function, krate);
        let private = krate.private();
        let output = function.output();
        let Some(body) = &function.body else { return function.to_tokens() };
        let root = Ident::new("root", Span::mixed_site());
        let ctx = testing::bind(&function, &root, krate);
        let name = Ident::new("__taskward_future", output.span());
        let future = body.future(&output, false, &quote!(#imports #ctx));
        let param = if ctx.is_empty() { quote!(_) } else { quote!(#root) };
        let (options, test) = (self.options.expand(&private), function.name());
        let checked = quote_spanned!(output.span()=> #private::test_future(#name));
        // What fails is the test: there the panic points.
        let run = quote_spanned!(function.sig.ident.span()=> #private::race_test);
        let body = body.with(quote! {
            #run(#private::TestName::new(::core::module_path!(), #test), #options, |#param: #private::Context| {
                let #name = #future;
                #checked
            });
        });
        function.sig.asyncness = None;
        function.sig.inputs.clear();
        function.sig.output = ReturnType::Default;
        let head = function.head();
        quote!(#[::core::prelude::v1::test] #head #body)
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
