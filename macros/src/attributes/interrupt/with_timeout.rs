//! `#[with_timeout("5s")]`: races the body against a time limit.
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
//! The type of a parameter decides whether it is a context, so that aliases work: see `Probe`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;

use super::expansion::Expansion;
use crate::args::duration::{Limit, TIME_LIMIT};
use crate::args::{Args, Key, Keys, expression};
use crate::attributes::observe;
use crate::diagnostics::{Error, Errors};
use crate::emit::call::Form;
use crate::emit::{Call, Passing};
use crate::item::Function;
use crate::syntax::tokens::hidden;

pub(crate) struct WithTimeout {
    /// `None` if an error was reported.
    limit: Option<Limit>,
}

impl Keys for WithTimeout {
    const NAME: &'static str = "with_timeout";
    const KEYS: &'static [Key] = &[Key::positional("\"5s\""), observe::SPAN, observe::FIELDS, observe::METRICS];
}

impl WithTimeout {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let mut limits = args.positional().into_iter();
        let Some(limit) = limits.next() else {
            // The limit may be present in a wrong form, which was reported.
            if !args.has_errors() {
                let error = Error::new(args.span(), "`#[with_timeout]` needs a time limit");
                errors.push(error.help("write `#[with_timeout(\"5s\")]`"));
            }
            return Self { limit: None };
        };
        if let Some(second) = limits.next() {
            errors.push(second_limit(second));
        }
        let limit = expression(limit, errors).and_then(|limit| Limit::parse(limit, &TIME_LIMIT, errors));
        Self { limit }
    }

    pub(crate) fn check(function: &Function, errors: &mut Errors) {
        if function.body.is_some() && !function.is_async() {
            errors.push(function.not_async(Self::NAME));
        }
    }

    pub(super) fn exprs(&self) -> Vec<&Expr> {
        self.limit.as_ref().and_then(Limit::expr).into_iter().collect()
    }

    /// Returns whether the limit is an expression, which may use parameters.
    pub(crate) fn is_computed(&self) -> bool {
        self.limit.as_ref().is_some_and(|limit| limit.expr().is_some())
    }

    pub(super) fn around(&self, call: Call, function: &mut Function, expansion: &Expansion<'_>) -> Call {
        let Expansion { krate, params, ctx, is_certain } = expansion;
        let Some(limit) = &self.limit else { return call };
        let private = krate.private();
        let (output, span) = (function.output(), function.output().span());
        let limit_name = hidden("limit");
        // The compiler quotes this name in "does not live long enough", if a result borrows from
        // it.
        let limited = Ident::new("__taskward_limited_ctx", ctx.as_ref().map_or(span, |ctx| ctx.span));
        let run = Ident::new("run_limited", span);
        let of_call = limit.of_call(&function.name(), &private, params);
        let Some(ctx) = ctx else {
            let statements = quote!(let #limited = #private::Unbound::new(#of_call););
            return call.around(
                &output,
                &statements,
                &TokenStream::new(),
                Form::Future,
                |future| quote_spanned!(span=> #limited.#run(#future)),
            );
        };
        let (name, ty, at) = (&ctx.name, &ctx.ty, ctx.span);
        // The limit is evaluated before the parameter moves.
        let (before, of_call) = if limit.expr().is_some() {
            (quote!(let #limit_name = #of_call;), limit_name.to_token_stream())
        } else {
            (TokenStream::new(), of_call)
        };
        let make = if *is_certain {
            quote_spanned!(at=> #private::Limited::new(#name, #of_call))
        } else {
            quote!({
                use #private::{ViaContext as _, ViaNothing as _};
                (&&#private::Probe::<#ty>::NEW).limit(#name, #of_call)
            })
        };
        // Only the new binding of the variable is mutable.
        let is_mut = params.take_mutability(function, ctx.index);
        let statements = quote!(#before let (#limited, #name) = #make;);
        let used = (params.passing() != Passing::Rebound).then(|| quote!(let _ = &#name;));
        let derived = quote!(let #is_mut #name = #limited.param(#name); #used);
        call.around(
            &output,
            &statements,
            &derived,
            Form::OuterFuture,
            |future| quote_spanned!(span=> #limited.#run(#future)),
        )
    }
}

/// An error for a second limit.
pub(crate) fn second_limit(at: impl ToTokens) -> Error {
    Error::new(at, "a second time limit").help("remove the longer one")
}
