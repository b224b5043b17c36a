//! `#[retry]`: calls the body again after an error.
//!
//! ```text
//! async fn f(ctx: &Context, name: String) -> Result<T, E> { BODY }
//!
//! async fn f(ctx: &Context, name: String) -> Result<T, E> {
//!     let mut retry = Retry::of(&ctx);
//!     loop {
//!         let future = { let ctx = retry.param(&ctx); let name = again(&name); async move { BODY } };
//!         let pause = {
//!             let result = retry.run(future).await;
//!             if succeeded(&result) { break result }
//!             match retry.next(rules, &ctx, result) { Break(result) => break result, Continue(pause) => pause.wait() }
//!         };
//!         if let Some(result) = pause.await { break result }
//!     }
//! }
//! ```
//!
//! Until an attempt fails, the state is one empty pointer: the rules and the context are looked up
//! after a failure.

mod options;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parse;
use syn::spanned::Spanned;
use syn::{Expr, Type};

use self::options::{Options, Rules};
use super::expansion::Expansion;
use crate::args::backoff::Backoff;
use crate::args::number::ATTEMPTS;
use crate::args::word::is_function;
use crate::args::{Args, Key, Keys};
use crate::attributes::observe;
use crate::diagnostics::{Error, Errors, type_to_string};
use crate::emit::call::{Form, future_name};
use crate::emit::{Call, Passing};
use crate::item::Function;
use crate::item::context_param::Kind;
use crate::syntax::rename_self;
use crate::syntax::tokens::hidden;
use crate::syntax::types::{Borrow, arguments_of, borrow, borrowed_self, ungroup};

pub(crate) struct Retry(Options);

impl Keys for Retry {
    const NAME: &'static str = "retry";
    const KEYS: &'static [Key] =
        &[ATTEMPTS.key, Self::BACKOFF, Self::WHEN, Self::BUDGET, observe::SPAN, observe::FIELDS, observe::METRICS];
}

impl Retry {
    const BACKOFF: Key = Key::value("backoff", "backoff = \"100ms..5s\"");
    const WHEN: Key = Key::value("when", "when = path::to::function");
    const BUDGET: Key = Key::value("budget", "budget = BUDGET");

    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        if args.key_span(ATTEMPTS.key).is_none() && !args.has_errors() {
            let error = Error::new(args.span(), "`#[retry]` needs the number of attempts");
            errors.push(error.help("write `#[retry(attempts = 5, backoff = \"100ms..5s\")]`"));
        }
        args.refuse_positional("write `attempts = 5, backoff = \"100ms..5s\"`", errors);
        let attempts = ATTEMPTS.parse(args, errors);
        let backoff = args.value(Self::BACKOFF, errors, Expr::parse);
        let when = args.value(Self::WHEN, errors, Expr::parse);
        Self(Options {
            attempts,
            backoff: backoff.and_then(|backoff| Backoff::parse(&backoff, errors)),
            when: when.filter(|when| is_function("when", when, "write the path of a `fn(&E) -> bool`", errors)),
            budget: args.value(Self::BUDGET, errors, Expr::parse),
        })
    }

    /// `limits_attempts`: whether a time limit for each attempt stands below the attribute.
    pub(crate) fn check(function: &Function, limits_attempts: bool, errors: &mut Errors) {
        if function.body.is_some() && !function.is_async() {
            errors.push(function.not_async(Self::NAME));
            return;
        }
        let output = function.output();
        let is_optional = arguments_of(&output.ty(), "Option").is_some();
        if !output.is_written() || output.is_never() || is_optional || matches!(output.ty(), Type::Tuple(_)) {
            let error =
                Error::new(&function.sig.ident, format!("`{}` returns no error to retry after", function.name()));
            errors.push(error.help("write `-> Result<T, E>`"));
        }
        let ty = output.ty();
        if let Some([_, error]) = arguments_of(&ty, "Result").as_deref()
            && matches!(ungroup(error), Type::Path(path) if path.path.segments.last().is_some_and(|it| it.ident == "ContextError"))
            && !limits_attempts
        {
            let error =
                Error::new(error, "every error of this function is an interruption, and interruptions are not retried");
            errors
                .push(error.help("write an error type with further errors, such as an enum with `From<ContextError>`"));
        }
        let Some(borrowed) = borrow(&ty).map(ToTokens::to_token_stream).or_else(|| lifetime_in(&ty)) else { return };
        let exclusive = function.params().find(|param| is_exclusive(&param.ty)).map(ToTokens::to_token_stream);
        let receiver = function.sig.receiver().filter(|this| borrowed_self(this) == Some(Borrow::Exclusive));
        if let Some(exclusive) = exclusive.or_else(|| receiver.map(ToTokens::to_token_stream)) {
            let error = Error::new(
                exclusive,
                "the result may borrow from this parameter, so it cannot be reused for the next attempt",
            );
            errors.push(error.help(format!(
                "return an owned value instead of `{}`, or take `&` instead of `&mut`",
                type_to_string(borrowed),
            )));
        }
    }

    pub(super) fn exprs(&self) -> Vec<&Expr> {
        self.0.exprs()
    }

    pub(super) fn around(&self, call: Call, function: &mut Function, expansion: &Expansion<'_>) -> Call {
        let Expansion { krate, params, ctx, .. } = expansion;
        let private = krate.private();
        let output = function.output();
        let (span, name) = (output.span(), future_name(&output));
        let at = krate.private_at(span);
        let [retry, result, pause] = ["retry", "result", "pause"].map(hidden);
        let Rules { mut statements, all: rules, budget } = self.0.rules(&output, expansion);
        let (context, derived) = match ctx {
            Some(ctx) if ctx.kind == Kind::Called || expansion.is_certain => {
                let (name, at) = (&ctx.name, ctx.span);
                let private = krate.private_at(at);
                let derived = quote_spanned!(at=> #private::retry_param(&#retry, &#name));
                let state = quote_spanned!(at=> #private::retry_of(&#name));
                statements.extend(quote!(let mut #retry = #state;));
                (quote_spanned!(at=> #private::handle(&#name)), quote!(let #name = #derived;))
            }
            _ => {
                let current = hidden("current");
                statements.extend(quote! {
                    let #current = #private::Context::current();
                    let mut #retry = #private::Retry::new(::core::option::Option::Some(&#current));
                });
                (quote!(&#current), TokenStream::new())
            }
        };
        let again: TokenStream = params
            .iter()
            .enumerate()
            .filter(|(index, _)| derived.is_empty() || ctx.as_ref().is_none_or(|ctx| ctx.index != *index))
            .map(|(_, param)| {
                let name = &param.name;
                match ungroup(&param.ty) {
                    Type::Reference(reference) if reference.mutability.is_some() => quote!(let #name = &mut *#name;),
                    Type::Reference(_) => TokenStream::new(),
                    _ => {
                        // The body uses this name, and may modify the variable.
                        let is_mut = param.mutability().filter(|_| params.passing() == Passing::AsWritten);
                        let allow = is_mut.map(|_| quote!(#[allow(unused_mut)]));
                        // If all tokens have one hygiene, errors point at the type.
                        let at = name.span().located_at(param.ty.span());
                        let private = krate.private_at(at);
                        let mut value = name.clone();
                        value.set_span(at);
                        quote_spanned!(at=> #allow let #is_mut #name = #private::again(&#value);)
                    }
                }
            })
            .collect();
        let this = take_self(function, krate, call);
        let (this, inner) = (this.0, this.1.into_expression());
        let run = quote_spanned!(span=> #at::retry_run(&#retry, #name).await);
        let error = hidden("error");
        let error_type = quote_spanned!(span=> <#output as #at::RetryOutput>::Error);
        let probe = quote_spanned!(span=> (&&&#at::ErrorProbe::<#error_type>::NEW));
        let deadline = hidden("deadline");
        let next = quote_spanned! {span=>
            #at::retry_next(
                &mut #retry,
                &#rules,
                #context,
                #result,
                |#error| #probe.is_cancellation(#error),
                |#error, #deadline| #probe.with_deadline(#error, #deadline),
            )
        };
        // The result is dropped before the pause, so that the future does not store it.
        let attempts = quote! {
            #[allow(unused_imports)]
            use #private::{ViaAnyError as _, ViaAsError as _, ViaStdError as _};
            loop {
                let #pause = {
                    let #result = {
                        let #name = { #derived #this #again #inner };
                        #run
                    };
                    if #at::retry_succeeded(&#result, #budget) {
                        break #result;
                    }
                    match #next {
                        ::core::ops::ControlFlow::Break(#result) => break #result,
                        ::core::ops::ControlFlow::Continue(#pause) => #pause.wait(),
                    }
                };
                if let ::core::option::Option::Some(#result) = #pause.await {
                    break #result;
                }
            }
        };
        Call { statements, end: attempts, form: Form::Content }
    }
}

/// Moves a `self` that an attempt would consume into a variable, which is cloned for each attempt.
fn take_self(function: &mut Function, krate: &crate::krate::Krate, call: Call) -> (TokenStream, Call) {
    let Some(receiver) = function.sig.receiver() else { return (TokenStream::new(), call) };
    let at = receiver.self_token.span();
    let this = Ident::new("self", at);
    let private = krate.private_at(at);
    let borrowed = borrowed_self(receiver);
    let again = match borrowed {
        Some(Borrow::Shared) => return (TokenStream::new(), call),
        Some(Borrow::Exclusive) => quote_spanned!(at=> &mut *#this),
        None => quote_spanned!(at=> #private::again(&#this)),
    };
    let name = Ident::new("__taskward_self", at);
    let Call { statements, end, form } = call;
    let [statements, end] = [statements, end].map(|tokens| rename_self::in_block(tokens, &name));
    let is_mut = borrowed.is_none().then(|| syn::Token![mut](Span::mixed_site()));
    let allow = is_mut.map(|_| quote!(#[allow(unused_mut)]));
    (quote!(#allow let #is_mut #name = #again;), Call { statements, end, form })
}

fn is_exclusive(ty: &Type) -> bool {
    matches!(ungroup(ty), Type::Reference(reference) if reference.mutability.is_some())
}

/// The first lifetime of the type that is not `'static`.
fn lifetime_in(ty: &Type) -> Option<TokenStream> {
    use syn::visit::Visit;
    struct Finder(Option<TokenStream>);
    impl<'a> Visit<'a> for Finder {
        fn visit_lifetime(&mut self, lifetime: &'a syn::Lifetime) {
            if lifetime.ident != "static" {
                self.0.get_or_insert_with(|| lifetime.to_token_stream());
            }
        }
    }
    let mut finder = Finder(None);
    finder.visit_type(ty);
    finder.0
}
