//! The parameters of a run, which owns them and keeps them until it ends.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;
use taskward_rules::is_called_context;

use crate::emit::{Params, Passing};
use crate::item::context_param::may_be_context;
use crate::item::{Body, Function};
use crate::krate::Krate;
use crate::syntax::names::Names;
use crate::syntax::scope::bound_by;
use crate::syntax::tokens::hidden;
use crate::syntax::types::{borrowed_self, is_static, ungroup, without_lifetimes};

pub(super) struct Run {
    /// Statements in front of the closure that makes the run.
    pub(super) before: TokenStream,
    /// Statements in the closure, which make the run's owned values.
    pub(super) own: TokenStream,
    /// The context parameter as the body sees it.
    ctx: Option<Context>,
    /// Statements in the run, which bind the parameters for the body.
    bind: TokenStream,
    /// The name of `self` in the body.
    pub(super) renamed_self: Option<Ident>,
    pub(super) has_context: bool,
}

struct Context {
    name: Ident,
    ty: Type,
    /// `true` if the type is named like a context; otherwise the compiler decides.
    is_called: bool,
    krate: TokenStream,
    output: Span,
    at_output: TokenStream,
}

pub(super) fn of(function: &Function, params: &Params, names: &Names, krate: &Krate) -> Run {
    let private = krate.private();
    let mut run = Run {
        before: TokenStream::new(),
        own: TokenStream::new(),
        ctx: None,
        bind: TokenStream::new(),
        renamed_self: None,
        has_context: false,
    };
    run.take_self(function, names, &private);
    for (index, (param, written)) in params.iter().zip(function.params()).enumerate() {
        let name = &param.name;
        // The pattern may be a hidden name already, so the position decides.
        let is_called = index == 0 && is_called_context(&param.ty);
        if index == 0 && (is_called || may_be_context(written, function)) {
            run.take_context(function, name, &param.ty, is_called, krate);
            run.bind.extend(params.rebind(index));
            continue;
        }
        match ungroup(&param.ty) {
            Type::Reference(reference) if !is_static(reference) => {
                if !bound_by(&param.pattern).into_iter().any(|name| names.may_use(name)) {
                    // Bound outside of the run, where the compiler can report it as unused.
                    run.before.extend(params.rebind(index));
                    continue;
                }
                let (ty, span) = (without_lifetimes(&param.ty), param.ty.span());
                let owned = hidden(&format!("owned{index}"));
                run.own.extend(quote_spanned!(span=> let #owned = #private::own_param(#name);));
                let is_mut = (params.passing() != Passing::Rebound).then(|| param.mutability()).flatten();
                run.bind
                    .extend(quote_spanned!(span=> let #is_mut #name: #ty = ::core::borrow::Borrow::borrow(&#owned);));
            }
            // The whole value moves into the run, even if the body uses only a part of it.
            _ if params.passing() != Passing::Rebound && param.is_plain() => run.bind.extend(quote!(let _ = &#name;)),
            _ => {}
        }
        run.bind.extend(params.rebind(index));
    }
    run
}

impl Run {
    fn take_self(&mut self, function: &Function, names: &Names, private: &TokenStream) {
        let Some(receiver) = function.sig.receiver() else { return };
        let is_reference = borrowed_self(receiver).is_some();
        let span = receiver.self_token.span();
        let renames_self = function.body.as_ref().is_some_and(Body::renames_self);
        let this = Ident::new(if renames_self { "__self" } else { "self" }, span).into_token_stream();
        let is_used = names.may_use_word("self") || names.may_use_word("__self");
        if !is_used {
            if !is_reference {
                self.bind.extend(quote!(let _ = &#this;));
            }
            return;
        }
        let name = Ident::new("__self", span);
        let owned = hidden("this");
        let of = if is_reference { this } else { quote!(&#this) };
        self.own.extend(quote_spanned!(span=> let #owned = #private::own_self(#of);));
        self.bind.extend(if is_reference { quote!(let #name = &#owned;) } else { quote!(let #name = #owned;) });
        self.renamed_self = Some(name);
    }

    fn take_context(&mut self, function: &Function, name: &Ident, ty: &Type, is_called: bool, krate: &Krate) {
        let (at, handle) = (ty.span(), hidden("handle"));
        let output = function.output().span();
        self.has_context = true;
        if is_called {
            let private = krate.private_at(at);
            self.before.extend(quote_spanned!(at=> let #handle = #private::handle(&#name);));
        } else {
            let (private, owned) = (krate.private(), hidden("owned"));
            let probe = quote!((&#private::First::<#ty>::NEW));
            self.before.extend(quote!(let #handle = #probe.handle(&#name);));
            self.own = {
                let own = &self.own;
                quote!(let mut #owned = #probe.own(#name); #own)
            };
        }
        self.ctx = Some(Context {
            name: name.clone(),
            ty: ty.clone(),
            is_called,
            krate: krate.private(),
            output,
            at_output: krate.private_at(output),
        });
    }

    /// The statements in front of the body.
    pub(super) fn front(&self, flight: &Ident) -> TokenStream {
        let bind = &self.bind;
        let Some(Context { name, ty, is_called, krate, .. }) = &self.ctx else { return bind.clone() };
        let ty = without_lifetimes(ty);
        let derived = if *is_called {
            quote!(#krate::flight_ctx::<#ty>(&#flight))
        } else {
            let owned = hidden("owned");
            quote!((&#krate::First::<#ty>::NEW).lend(&mut #owned, &#flight))
        };
        quote!(let #name = #derived; let _ = &#name; #bind)
    }

    /// The expression for the future that the caller awaits.
    pub(super) fn wait(&self, call: &Ident) -> TokenStream {
        let handle = hidden("handle");
        match &self.ctx {
            None => call.to_token_stream(),
            Some(Context { is_called: true, output, at_output, .. }) => {
                quote_spanned!(*output=> #at_output::flight_with(#handle, #call))
            }
            Some(Context { krate, ty, .. }) => quote!((&#krate::First::<#ty>::NEW).fly(#handle, #call)),
        }
    }
}
