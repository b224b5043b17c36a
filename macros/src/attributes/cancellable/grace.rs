//! `#[cancellable(grace = "2s")]`: after the end of its context the body may run on for its own clean-up.
//!
//! ```text
//! async fn f(ctx: &Context, n: u8) -> R { BODY }
//!
//! fn f(ctx: &Context, n: u8) -> impl Future<Output = R> {
//!     let grace: Duration = …;
//!     let handle = handle(&ctx);
//!     let future = async move { BODY };
//!     graceful(handle, future, grace)
//! }
//! ```
//!
//! Where `#[with_timeout]` has been before, this goes into what it limits: the grace counts from the end of the derived
//! context, and the limit spares a body that has a grace.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Cancellable, Source};
use crate::args::duration::Limit;
use crate::function::Function;
use crate::rewrite::Layer;
use crate::rules::context_first;

impl Cancellable {
    pub(super) fn expand_graceful(&self, mut function: Function, private: &TokenStream, grace: &Limit) -> TokenStream {
        let span = function.output().span();
        let [handle, limit, nested] = ["handle", "grace", "nested"].map(|name| Ident::new(name, Span::mixed_site()));
        let mut race = Ident::new("graceful_by", span);
        let context = match &self.source {
            Source::Ambient => quote!(#private::Context::current()),
            Source::Given(expression) => quote!(#private::context_and_limit(&#expression)),
            Source::Parameter => {
                let is_called_context =
                    function.params().next().is_some_and(|ctx| context_first::is_called_context(&ctx.ty));
                let Some((ctx, ctx_span)) = function.name_first_param() else { return function.to_tokens() };
                if is_called_context {
                    race = Ident::new(Layer::Graceful.marker(), span);
                    quote_spanned!(ctx_span=> #private::handle(&#ctx))
                } else {
                    quote_spanned!(ctx_span=> #private::context(&#ctx))
                }
            }
        };
        let grace = grace.duration();
        let duration = quote_spanned!(grace.span()=> ::core::time::Duration);
        let prologue = quote!(let #limit: #duration = #grace; let #handle = #context;);
        let graceful = |future: TokenStream| quote_spanned!(span=> #private::#race(#handle, #future, #limit));

        let limited = function.body.as_ref().and_then(|body| {
            body.limited(|future| {
                let graceful = graceful(nested.to_token_stream());
                quote!(#prologue let #nested = #future; #graceful.await)
            })
        });
        if let Some(block) = limited {
            let head = function.head();
            return quote!(#head #block);
        }
        if race == Layer::Graceful.marker() {
            function.returning(&prologue, graceful)
        } else {
            function.awaiting(false, &prologue, &TokenStream::new(), graceful)
        }
    }
}
