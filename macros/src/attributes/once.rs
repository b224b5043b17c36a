//! `#[once]`: the body makes a value, or an error, that is kept for all callers.
//!
//! ```text
//! async fn f() -> Result<&'static T, E> { BODY }
//!
//! async fn f() -> Result<&'static T, E> {
//!     static ONCE: Once<T, E> = Once::new();
//!     async fn work() -> Result<T, E> { BODY }
//!     match once_ready(&ONCE) {
//!         Some(kept) => kept,
//!         None => once_made(once(&ONCE, place, ctx, work()).await),
//!     }
//! }
//! ```
//!
//! With `#[once(self.field)]`, the field is what is kept in, and the body stays a block of the function.

mod check;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;

use crate::args::{Args, Form, Key, Keys, expression};
use crate::diagnostics::{Error, Errors};
use crate::function::Function;
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rewrite::{Body, Scope, Work};
use crate::rules::Allowed;

pub(crate) struct Once {
    /// Where it is kept. `None`: in a static of its own.
    cell: Option<Expr>,
}

impl Keys for Once {
    const NAME: &'static str = "once";
    const KEYS: &'static [Key] = &[Key { name: "", form: Form::Positional, usage: "self.field" }];
}

impl Attribute for Once {
    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let mut cells = args.positional().into_iter();
        let cell = cells.next().and_then(|cell| expression(cell, errors));
        if let Some(second) = cells.next() {
            errors.push(Error::new(second, "a value is kept in one place").help("write `#[once(self.field)]`"));
        }
        Self { cell }
    }

    fn check(&self, function: &Function, _allowed: &Allowed, errors: &mut Errors) {
        check::check(function, self.cell.as_ref(), errors);
    }

    fn expand(&self, mut function: Function, krate: &Krate) -> TokenStream {
        let private = krate.private();
        let ctx = function.name_first_param().map_or_else(
            || quote!(::core::option::Option::None),
            |(ctx, span)| {
                let context = quote_spanned!(span=> #private::context(&#ctx));
                quote!(::core::option::Option::Some(#context))
            },
        );
        let output = function.output();
        let span = output.span();
        let ty = output.ty();
        let at = krate.private_at(span);
        let (name, here) = (function.name(), function.sig.ident.span());
        let at_name = krate.private_at(here);
        let place = quote_spanned!(here=> #at_name::Place::of_function(#name));
        let kept = Ident::new("kept", Span::mixed_site());
        let (scope, item, cell) = if let (Some(cell), Some(body)) = (&self.cell, &function.body) {
            (Scope::Function, TokenStream::new(), body.in_words_of_body(&cell.to_token_stream()))
        } else {
            let cell = Ident::new("__TASKWARD_ONCE", Span::call_site());
            let ty = quote_spanned!(span=> <#ty as #at::OnceOutput<'static>>::Cell);
            (Scope::Static, quote!(static #cell: #ty = #private::Once::new();), quote!(#cell))
        };
        let is_async = function.is_async();
        function.guarded(scope, &made(&function, krate, scope), |Work { item: work, run }| {
            let initialise = if is_async {
                quote_spanned!(span=> #at::once(&#cell, const { #place }, #ctx, #run).await)
            } else {
                quote_spanned!(span=> #at::once_blocking(&#cell, const { #place }, #ctx.as_ref(), #run))
            };
            let made = quote_spanned!(span=> #at::once_made::<#ty>(#initialise));
            let ready = quote_spanned!(span=> #at::once_ready::<#ty>(&#cell));
            quote! {
                #item
                #work
                match #ready {
                    ::core::option::Option::Some(#kept) => #kept,
                    ::core::option::Option::None => #made,
                }
            }
        })
    }

    /// The body is typed, and nothing runs.
    fn fall_back(&self, function: &Function, krate: &Krate) -> TokenStream {
        if !check::is_lent(&function.output()) || function.body.as_ref().is_some_and(Body::is_race) {
            return function.to_tokens();
        }
        function.guarded(Scope::Function, &made(function, krate, Scope::Function), |Work { run, .. }| {
            let work = Ident::new("work", Span::mixed_site());
            quote!({ let #work = #run; ::core::mem::drop(#work); ::core::unimplemented!() })
        })
    }
}

/// The type of what the body makes.
fn made(function: &Function, krate: &Krate, scope: Scope) -> TokenStream {
    let output = function.output();
    let (ty, span) = (output.ty(), output.span());
    let at = krate.private_at(span);
    let lent_for = match scope {
        Scope::Static => quote!('static),
        Scope::Function => quote!('_),
    };
    quote_spanned!(span=> <#ty as #at::OnceOutput<#lent_for>>::Made)
}
