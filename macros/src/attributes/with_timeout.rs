//! `#[with_timeout("5s")]`: the body is raced against a time limit.
//!
//! ```text
//! async fn f(ctx: &Context, n: u8) -> R { BODY }
//!
//! async fn f(ctx: &Context, n: u8) -> R {
//!     let (limited, ctx) = Limited::new(ctx, limit);   // a child context, which ends with the call
//!     let future = { let ctx = limited.param(ctx); async move { BODY } };
//!     limited.run_limited(future).await
//! }
//! ```
//!
//! Whether the first parameter is a context is decided by its type, so that an alias counts: see `Probe`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{FnArg, GenericParam, Pat, PatType, Type};

use crate::args::duration::{Limit, TIME_LIMIT};
use crate::args::{Args, Form, Key, Keys, expression, nowhere};
use crate::diagnostics::{Error, Errors};
use crate::function::Function;
use crate::krate::Krate;
use crate::output::ungroup;
use crate::params::mentions;
use crate::pipeline::Attribute;
use crate::rewrite::{Body, Layer};
use crate::rules::Allowed;

pub(crate) struct WithTimeout {
    /// `None` if it was reported.
    limit: Option<Limit>,
}

impl Keys for WithTimeout {
    const NAME: &'static str = "with_timeout";
    const KEYS: &'static [Key] = &[Key { name: "", form: Form::Positional, usage: "\"5s\"" }];
}

impl Attribute for WithTimeout {
    const IS_RACE: bool = true;

    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let mut limits = args.positional().into_iter();
        let Some(limit) = limits.next() else {
            // Perhaps it was there, in a wrong form.
            if errors.allow_expansion() {
                let error = Error::new(nowhere(), "`#[with_timeout]` needs a time limit");
                errors.push(error.help("write `#[with_timeout(\"5s\")]`"));
            }
            return Self { limit: None };
        };
        if let Some(second) = limits.next() {
            errors.push(Error::new(second, "a second time limit").help("a call has one limit: keep the shorter one"));
        }
        let limit = expression(limit, errors).and_then(|limit| Limit::parse(limit, &TIME_LIMIT, errors));
        Self { limit }
    }

    fn check(&self, function: &Function, _allowed: &Allowed, errors: &mut Errors) {
        if function.body.is_some() && !function.is_async() {
            errors.push(super::not_async::<Self>(function));
        }
        let again =
            function.attrs.iter().find(|attr| attr.path().segments.last().is_some_and(|s| s.ident == Self::NAME));
        if let Some(again) = again {
            errors.push(Error::new(again, "a second time limit").help("a call has one limit: keep the shorter one"));
        }
    }

    fn expand(&self, mut function: Function, krate: &Krate) -> TokenStream {
        let Some(limit) = &self.limit else { return function.to_tokens() };
        let private = krate.private();
        let limit = limit.of_call(&function.name(), &private);
        let span = function.output().span();
        let run = Ident::new(Layer::WithTimeout.marker(), span);

        let cancellable = function.body.as_ref().and_then(Body::layer) == Some(Layer::Cancellable);
        let first = function.params().next().filter(|first| cancellable || may_be_context(first, &function));
        let limited = Ident::new("limited", Span::mixed_site());
        let Some(first) = first else {
            // Before the body's future, which takes the parameters.
            let prologue = quote!(let #limited = #private::Unbound::new(#limit););
            return function.returning(&prologue, |future| quote_spanned!(span=> #limited.#run(#future)));
        };

        let ty = first.ty.clone();
        // What is bound anew is mutable there, and only there.
        let is_mut = take_mutability(&mut function);
        let Some((ctx, ctx_span)) = function.name_first_param() else { return function.to_tokens() };
        let make = if cancellable {
            quote_spanned!(ctx_span=> #private::Limited::new(#ctx, #limit))
        } else {
            quote!({
                use #private::{ViaContext as _, ViaNothing as _};
                (&&#private::Probe::<#ty>::NEW).limit(#ctx, #limit)
            })
        };
        let prologue = quote!(let (#limited, #ctx) = #make;);
        let derived = quote!(let #is_mut #ctx = #limited.param(#ctx); let _ = &#ctx;);
        function.awaiting(cancellable, &prologue, &derived, |future| quote_spanned!(span=> #limited.#run(#future)))
    }
}

pub(super) fn take_mutability(function: &mut Function) -> Option<syn::Token![mut]> {
    let first = function.sig.inputs.iter_mut().find_map(|input| match input {
        FnArg::Typed(param) => Some(param),
        FnArg::Receiver(_) => None,
    });
    match &mut *first?.pat {
        Pat::Ident(name) => name.mutability.take(),
        _ => None,
    }
}

/// Rules out what cannot be a context, so that ordinary first parameters are left alone.
pub(super) fn may_be_context(param: &PatType, function: &Function) -> bool {
    const PLAIN: [&str; 19] = [
        "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
        "f32", "f64", "String", "Vec",
    ];
    // A context has nothing that could be taken out of it.
    if !matches!(&*param.pat, Pat::Ident(_) | Pat::Wild(_)) {
        return false;
    }
    let mut ty = ungroup(&param.ty);
    while let Type::Reference(reference) = ty {
        ty = ungroup(&reference.elem);
    }
    let Type::Path(path) = ty else { return false };
    // `impl Trait` cannot be named inside the function, and a context is not one.
    if mentions(&path.to_token_stream(), &Ident::new("impl", Span::call_site())) {
        return false;
    }
    let Some(name) = path.path.get_ident() else { return true };
    let is_generic = function.sig.generics.params.iter().any(|param| match param {
        GenericParam::Type(param) => &param.ident == name,
        _ => false,
    });
    !is_generic && !PLAIN.iter().any(|plain| name == plain) && name != "Self"
}
