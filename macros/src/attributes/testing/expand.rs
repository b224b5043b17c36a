//! The test function that a test attribute emits.
//!
//! ```text
//! async fn name(ctx: Context) -> R { BODY }
//!
//! #[test]
//! fn name() -> R {
//!     CALL(|root| async move { let ctx: Context = test_context(&root); BODY })
//! }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ReturnType;

use super::cases::{TestAttribute, name};
use super::signature::{bind, should_panic};
use crate::item::Function;
use crate::krate::Krate;

/// How often the test runs the body.
#[derive(Clone, Copy, PartialEq)]
enum Runs {
    /// Once: the test returns the body's output.
    Once,
    /// Many times: each output is checked for failure.
    Many,
}

/// Emits a test that runs the body once. `call` receives the closure that makes the body's future.
pub(crate) fn run_once<A: TestAttribute>(
    function: Function,
    krate: &Krate,
    call: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    expand::<A>(function, krate, Runs::Once, call)
}

/// Emits a test that passes the body and `settings` to the runtime's function of the same name,
/// which runs the body many times.
pub(crate) fn run_many<A: TestAttribute>(function: Function, krate: &Krate, settings: &TokenStream) -> TokenStream {
    let (private, test) = (krate.private(), function.name());
    // A failure is reported at the test's name.
    let at = function.sig.ident.span();
    let run = Ident::new(name::<A>(), at);
    let run = quote_spanned!(at=> #private::#run);
    let should_panic = should_panic(&function).map(|expected| quote!(.should_panic(#expected)));
    let name = quote!(#private::TestName::new(::core::module_path!(), #test) #should_panic);
    expand::<A>(function, krate, Runs::Many, |body| quote!(#run(#name, #settings, #body);))
}

fn expand<A: TestAttribute>(
    mut function: Function,
    krate: &Krate,
    runs: Runs,
    call: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    let imports = A::prepare(&mut function, krate);
    let (private, output) = (krate.private(), function.output());
    let Some(body) = &function.body else { return function.to_tokens() };
    let root = Ident::new("root", Span::mixed_site());
    let ctx = bind(&function, &root, krate);
    let param = if ctx.is_empty() { quote!(_) } else { quote!(#root) };
    let name = Ident::new("__taskward_future", output.span());
    let future = body.future(&output, &quote!(#imports #ctx));
    let result = match runs {
        Runs::Once => quote!(#name),
        Runs::Many => quote_spanned!(output.span()=> #private::test_future(#name)),
    };
    let body = body.replace_content(call(quote! {
        |#param: #private::Context| {
            let #name = #future;
            #result
        }
    }));
    function.sig.asyncness = None;
    function.sig.inputs.clear();
    if runs == Runs::Many {
        function.sig.output = ReturnType::Default;
    }
    let head = function.head();
    quote!(#[::core::prelude::v1::test] #head #body)
}
