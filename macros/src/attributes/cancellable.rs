//! `#[cancellable]`: the body is raced against the context.
//!
//! ```text
//! async fn f(ctx: &Context, n: u8) -> R { BODY }
//!
//! fn f(ctx: &Context, n: u8) -> impl Future<Output = R> {
//!     let handle = handle(&ctx);
//!     let future = async move { BODY };
//!     cancellable(handle, future)
//! }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::parse::Parse;
use taskward_rules::Role;

use crate::args::duration::{GRACE, Limit};
use crate::args::{Args, Form, Key, Keys};
use crate::diagnostics::{Error, Errors};
use crate::function::Function;
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rewrite::Layer;
use crate::rules::{self, Allowed, context_first};

mod grace;

pub(crate) struct Cancellable {
    source: Source,
    /// How long the body may run on after its context has ended.
    grace: Option<Limit>,
}

/// Where the context comes from.
enum Source {
    Parameter,
    /// `ambient`: `Context::current()`.
    Ambient,
    /// `ctx = EXPR`
    Given(Box<Expr>),
}

impl Keys for Cancellable {
    const NAME: &'static str = "cancellable";
    const KEYS: &'static [Key] = &[
        Key { name: "ambient", form: Form::Flag, usage: "ambient" },
        Key { name: "ctx", form: Form::Value, usage: "ctx = self.ctx" },
        Key { name: "grace", form: Form::Value, usage: "grace = \"2s\"" },
    ];
}

impl Attribute for Cancellable {
    const IS_RACE: bool = true;

    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let ambient = args.flag("ambient");
        let given = args.value("ctx", errors, Expr::parse);
        if let (Some(ambient), Some(_)) = (&ambient, &given) {
            errors.push(
                Error::new(ambient, "`ambient` and `ctx = …` both say where the context comes from")
                    .help("remove one of them"),
            );
        }
        let grace = args.value("grace", errors, Expr::parse).and_then(|grace| Limit::parse(grace, &GRACE, errors));
        if let Some(extra) = args.positional().into_iter().next() {
            errors.push(
                Error::new(extra, "`#[cancellable]` takes options only")
                    .help("`ambient`, `ctx = …`, `grace = …`, `allow(…)`"),
            );
        }
        let source = match (ambient, given) {
            (_, Some(given)) => Source::Given(Box::new(given)),
            (Some(_), None) => Source::Ambient,
            (None, None) => Source::Parameter,
        };
        Self { source, grace }
    }

    fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors) {
        if function.body.is_some() && !function.is_async() {
            errors.push(super::not_async::<Self>(function));
        }
        if matches!(self.source, Source::Parameter) {
            context_first::check(function, allowed, errors);
        }
        if self.grace.is_some() {
            rules::check_as(Role::Graceful, function, allowed, errors);
        } else {
            rules::check(function, allowed, errors);
        }
    }

    fn expand(&self, mut function: Function, krate: &Krate) -> TokenStream {
        let private = krate.private();
        if let Some(grace) = &self.grace {
            return self.expand_graceful(function, &private, grace);
        }
        let span = function.output().span();
        let handle = Ident::new("handle", Span::mixed_site());
        let context = match &self.source {
            Source::Ambient => quote!(#private::Context::current()),
            Source::Given(expression) => quote!(#private::context(&#expression)),
            Source::Parameter => {
                let is_called_context =
                    function.params().next().is_some_and(|ctx| context_first::is_called_context(&ctx.ty));
                let Some((ctx, ctx_span)) = function.name_first_param() else { return function.to_tokens() };
                if is_called_context {
                    let of_param = quote_spanned!(ctx_span=> #private::handle(&#ctx));
                    return expand_parameter(function, &quote!(let #handle = #of_param;), |future| {
                        let race = Ident::new(Layer::Cancellable.marker(), span);
                        quote_spanned!(span=> #private::#race(#handle, #future))
                    });
                }
                // Perhaps an alias. Through a type that does not depend on it, so that one that turns out not to be a
                // context is one error.
                quote_spanned!(ctx_span=> #private::context(&#ctx))
            }
        };
        // Before the body's future, which takes the parameters.
        function.awaiting(
            false,
            &quote!(let #handle = #context;),
            &TokenStream::new(),
            |future| quote_spanned!(span=> #private::cancellable_by(#handle, #future)),
        )
    }
}

fn expand_parameter(
    function: Function,
    handle: &TokenStream,
    race: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    match &function.body {
        // That layer is a race against a child of the same context.
        Some(body) if body.layer() == Some(Layer::WithTimeout) => {
            let (head, block) = (function.head(), body.after(handle));
            quote!(#head #block)
        }
        _ => function.returning(handle, race),
    }
}
