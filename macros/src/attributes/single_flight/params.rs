//! How the parameters get into the run, which owns what it needs.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Pat, PatType, ReceiverKind, Type};

use crate::attributes::with_timeout::{may_be_context, take_mutability};
use crate::function::Function;
use crate::krate::Krate;
use crate::output::ungroup;
use crate::params::mentions;
use crate::rewrite::without_lifetimes;
use crate::rules::context_first::is_called_context;

pub(super) struct Params {
    /// Before the closure that makes the run.
    pub(super) before: TokenStream,
    /// In it: what the run owns.
    pub(super) own: TokenStream,
    /// In the run, given the name of its context: the parameters as the body knows them.
    pub(super) lend: Box<dyn Fn(&Ident) -> TokenStream>,
    /// What the caller awaits, given the call.
    pub(super) fly: Box<dyn Fn(&Ident) -> TokenStream>,
    /// Whether there is a parameter that is a context, or may be one.
    pub(super) has_context: bool,
}

/// What is known of the first parameter.
#[derive(PartialEq)]
enum First {
    Context,
    /// Its type decides.
    Unknown,
    Other,
}

impl Params {
    pub(super) fn of(function: &mut Function, krate: &Krate) -> Self {
        let private = krate.private();
        let (mut own, mut lend) = (TokenStream::new(), TokenStream::new());
        this(function, &private, &mut own, &mut lend);
        let first = match function.params().next() {
            Some(first) if is_called_context(&first.ty) => First::Context,
            Some(first) if may_be_context(first, function) => First::Unknown,
            _ => First::Other,
        };
        let skipped = usize::from(first != First::Other);
        let mut copied = Vec::new();
        for param in function.params().skip(skipped) {
            copied.extend(borrowed(param, function, &private, &mut own, &mut lend));
        }
        fix(&copied, function);
        let plain = Self {
            before: TokenStream::new(),
            own: own.clone(),
            lend: Box::new({
                let lend = lend.clone();
                move |_| lend.clone()
            }),
            fly: Box::new(ToTokens::to_token_stream),
            has_context: false,
        };
        if first == First::Other {
            return plain;
        }
        let Some(ty) = function.params().next().map(|first| (*first.ty).clone()) else { return plain };
        let is_mut = take_mutability(function);
        let Some((ctx, at)) = function.name_first_param() else { return plain };
        let span = function.output().span();
        let elided = without_lifetimes(&ty);
        let handle = Ident::new("handle", Span::mixed_site());
        let (private_at, at_output) = (krate.private_at(at), krate.private_at(span));
        if first == First::Context {
            return Self {
                before: quote_spanned!(at=> let #handle = #private_at::handle(&#ctx);),
                own,
                lend: Box::new(
                    move |flight| quote!(let #is_mut #ctx = #private::flight_ctx::<#elided>(&#flight); let _ = &#ctx; #lend),
                ),
                fly: Box::new(move |call| quote_spanned!(span=> #at_output::flight_with(#handle, #call))),
                has_context: true,
            };
        }
        let probe = quote!((&&&#private::First::<#ty>::NEW));
        let inner = quote!((&&&#private::First::<#elided>::NEW));
        let owned = Ident::new("owned", Span::mixed_site());
        Self {
            before: quote!(let #handle = #probe.handle(&#ctx);),
            own: quote!(let mut #owned = #probe.own(#ctx); #own),
            lend: Box::new(
                move |flight| quote!(let #is_mut #ctx = #inner.lend(&mut #owned, &#flight); let _ = &#ctx; #lend),
            ),
            fly: Box::new(move |call| quote!(#probe.fly(#handle, #call))),
            has_context: true,
        }
    }
}

/// `self`, which the body knows by another name then.
fn this(function: &mut Function, private: &TokenStream, own: &mut TokenStream, lend: &mut TokenStream) {
    let Some(receiver) = function.sig.receiver() else { return };
    let is_reference = match &receiver.kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, ty) => matches!(ungroup(ty), Type::Reference(_)),
        _ => false,
    };
    let span = receiver.self_token.span();
    let Some(body) = &mut function.body else { return };
    let this = body.in_words_of_body(&quote_spanned!(span=> self));
    let Some(name) = body.take_self() else { return };
    let owned = Ident::new("this", Span::mixed_site());
    let of = if is_reference { this } else { quote!(&#this) };
    own.extend(quote_spanned!(span=> let #owned = #private::own_self(#of);));
    lend.extend(if is_reference { quote!(let #name = &#owned;) } else { quote!(let #name = #owned;) });
}

/// A parameter that is a reference, which the run has a copy of. Others are moved into it by being mentioned there.
fn borrowed(
    param: &PatType,
    function: &Function,
    private: &TokenStream,
    own: &mut TokenStream,
    lend: &mut TokenStream,
) -> Option<Ident> {
    let Type::Reference(reference) = ungroup(&param.ty) else { return None };
    if reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static") {
        return None;
    }
    let Pat::Ident(pattern) = &*param.pat else { return None };
    let name = &pattern.ident;
    if !function.body.as_ref().is_some_and(|body| mentions(&body.stream(), name)) {
        return None;
    }
    let (ty, span) = (without_lifetimes(&param.ty), param.ty.span());
    let (owned, is_mut) = (Ident::new(&format!("owned_{name}"), Span::mixed_site()), &pattern.mutability);
    own.extend(quote_spanned!(span=> let #owned = #private::own_param(#name);));
    lend.extend(quote_spanned!(span=> let #is_mut #name: #ty = ::core::borrow::Borrow::borrow(&#owned);));
    Some(name.clone())
}

/// Takes `mut` from the parameters that the run has copies of: only those change.
fn fix(copied: &[Ident], function: &mut Function) {
    for input in &mut function.sig.inputs {
        if let FnArg::Typed(param) = input
            && let Pat::Ident(pattern) = &mut *param.pat
            && copied.contains(&pattern.ident)
        {
            pattern.mutability = None;
        }
    }
}
