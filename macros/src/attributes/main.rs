//! `#[taskward::main]`: starts a runtime, with a context that ends when the process is asked to
//! stop.
//!
//! ```text
//! async fn main(ctx: Context) -> R { BODY }
//!
//! fn main() -> ExitCode {
//!     let main = Main::multi_thread().grace(GRACE);     // signals are caught from here on
//!     let stopped = main.block_on(|root| {
//!         async move { let ctx: Context = main_context(&root); BODY }
//!     });
//!     reporter(&stopped).report(stopped)
//! }
//! ```
//!
//! A function with another name returns the output of its body.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Pat, PatType, Signature};

use self::options::Options;
use crate::args::number::THREADS;
use crate::args::{Args, Key, Keys};
use crate::diagnostics::{Error, Errors};
use crate::item::{Function, Output};
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rules::{self, Allowed};

mod options;

pub(crate) struct Main {
    options: Options,
}

impl Keys for Main {
    const NAME: &'static str = "taskward::main";
    const KEYS: &'static [Key] = &[Options::GRACE, Options::FLAVOR, THREADS.key, Options::EXIT_CODE];
}

impl Attribute for Main {
    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        Self { options: Options::parse(args, errors) }
    }

    fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors) {
        if function.body.is_some() && !function.is_async() {
            errors.push(function.not_async(Self::NAME));
        }
        check_parameters(function, errors);
        for attr in function.attrs.iter().filter(|attr| is_ours(attr)) {
            let error = Error::new(
                attr.path(),
                "this attribute needs an `async fn`, and `#[taskward::main]` above makes it a plain `fn`",
            );
            errors.push(error.help("move it above `#[taskward::main]`, or to a function that `main` calls"));
        }
        rules::check_main(function, allowed, errors);
    }

    fn expand(&self, mut function: Function, krate: &Krate) -> TokenStream {
        let private = krate.private();
        let output = function.output();
        let is_main = is_main(&function);
        let (root, stopped) = (Ident::new("root", Span::mixed_site()), Ident::new("stopped", Span::mixed_site()));
        let ctx = function.params().next().map(|param| bind(param, &root, krate));
        let param = if ctx.is_some() { quote!(#root: #private::Context) } else { quote!(_) };

        let Some(body) = &function.body else { return function.to_tokens() };
        let name = Ident::new("__taskward_future", output.span());
        let future = body.future(&output, &ctx.unwrap_or_default());
        let checked =
            if is_main { quote_spanned!(output.span()=> #private::main_future(#name)) } else { name.to_token_stream() };
        let main = self.options.expand(&private);
        let report = report(&output, is_main, &stopped, &private);
        let end = if is_main { report } else { quote!(#private::output_or_exit(#stopped, |#stopped| #report)) };
        let body = body.replace_content(quote! {
            let #stopped = #main.block_on(|#param| {
                let #name = #future;
                #checked
            });
            #end
        });
        function.sig.asyncness = None;
        function.sig.inputs.clear();
        if is_main {
            function.sig.output = syn::parse_quote!(-> #private::ExitCode);
        }
        let head = function.head();
        quote!(#head #body)
    }

    /// An `async fn main`, or a `main` with parameters, would cause further errors.
    fn fall_back(&self, function: &Function, _krate: &Krate) -> TokenStream {
        let (Some(body), true) = (&function.body, is_main(function)) else { return function.to_tokens() };
        let Function { attrs, vis, sig, .. } = function;
        let (name, written) = (&sig.ident, Signature { ident: Ident::new("_main", sig.ident.span()), ..sig.clone() });
        let attrs = attrs.iter().filter(|attr| !is_ours(attr));
        quote!(#(#attrs)* #vis fn #name() { #written #body })
    }
}

/// Returns whether the attribute requires an `async fn`.
fn is_ours(attr: &syn::Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "cancellable" || last.ident == "with_timeout")
}

fn is_main(function: &Function) -> bool {
    function.sig.ident == "main" && !function.sig.inputs.iter().any(|input| matches!(input, FnArg::Receiver(_)))
}

/// Returns the exit code of `stopped`, selected by the type of the output. `impl Trait` and `!`
/// are not supported yet.
fn report(output: &Output, is_main: bool, stopped: &Ident, private: &TokenStream) -> TokenStream {
    let reporter = quote!(#private::reporter(&#stopped));
    let reporter = match (output.is_opaque() || output.is_never(), is_main) {
        (false, _) => quote!(&&&&&#reporter),
        (true, true) => quote!(&&#reporter),
        (true, false) => quote!(&#reporter),
    };
    quote!({
        #[allow(unused_imports)]
        use #private::{ViaBox as _, ViaError as _, ViaNoExitCode as _, ViaReport as _, ViaTermination as _};
        (#reporter).report(#stopped)
    })
}

/// The statement that binds the parameter, for any kind of context.
fn bind(param: &PatType, root: &Ident, krate: &Krate) -> TokenStream {
    let PatType { attrs, pat, ty, .. } = param;
    let private = krate.private_at(ty.span());
    let ctx = quote_spanned!(ty.span()=> #private::main_context::<#ty>(&#root));
    let unused = Ident::new("_ctx", Span::mixed_site());
    let name = if matches!(**pat, Pat::Wild(_)) { unused.to_token_stream() } else { pat.to_token_stream() };
    quote!(#(#attrs)* let #name: #ty = #ctx;)
}

fn check_parameters(function: &Function, errors: &mut Errors) {
    let name = function.name();
    let extra =
        function.sig.inputs.iter().enumerate().find(|(index, input)| *index > 0 || matches!(input, FnArg::Receiver(_)));
    if let Some((_, extra)) = extra {
        let error = Error::new(extra, format!("`{name}` takes at most one parameter, the context"));
        errors.push(error.help(format!(
            "write `async fn {name}(ctx: Context)`; to pass more, call `taskward::Shutdown::block_on` with a closure"
        )));
    }
}
