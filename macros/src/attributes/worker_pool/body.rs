//! The body of the added function: a loop over the items of a desk, for each worker.
//!
//! It stands here, and not in the runtime, because only of a future of a known type can the
//! compiler see that it is `Send`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, PatType};

use super::options::{OnError, Options, Order};
use super::plan::Plan;
use crate::syntax::rename_self;

/// What a worker calls.
struct Names {
    this: Option<Ident>,
    item: Ident,
    result: Ident,
    param: Ident,
    /// So that errors about the result's type point at it.
    desk: Ident,
}

impl Plan<'_> {
    pub(super) fn body(&self) -> TokenStream {
        let Self { function, krate, options, .. } = self;
        // Errors about the types of the context and of the result point at them; and only one for
        // each reason, if what stands in several places has the same span in all of them.
        let (ctx_span, span) = (self.ctx.ty.span(), function.output().span());
        let private = krate.private_at(span);
        let (ctx, mut items) = (self.ctx_name(), self.items());
        items.set_span(self.item.ty.span());
        let names = Names {
            this: function.sig.receiver().map(|_| mixed("this")),
            item: mixed("item"),
            result: mixed("result"),
            param: mixed("param"),
            desk: Ident::new("__taskward_desk", span),
        };
        let policy = match options.on_error {
            OnError::Fail => quote_spanned!(span=> FailFast),
            OnError::Collect => quote_spanned!(span=> Collect),
        };
        let (run, rest) = self.run();
        let run = Ident::new(run, span);
        let (pool, pool_of) = (mixed("pool"), self.pool());
        let start = self.start(&names);
        let private_of_ctx = krate.private_at(ctx_span);
        let handle = quote_spanned!(ctx_span=> #private_of_ctx::handle(&#ctx));
        let running = quote_spanned! {span=>
            #private::#run::<#private::#policy, #rest>(#pool, ::core::borrow::Borrow::borrow(&#handle), #items, #start)
        };
        let running = if options.stream { running } else { quote_spanned!(span=> #private::finish(#running).await) };
        let running = if options.stream && options.jobs.is_some() {
            quote_spanned!(span=> ::taskward_jobs::JobStream::in_process(#running))
        } else {
            running
        };
        let take_self = names.this.as_ref().map(|this| quote!(let #this = self;));
        quote! {
            let #pool = #pool_of;
            #take_self
            #running
        }
    }

    /// The runtime's function for these options, and the types that it infers.
    fn run(&self) -> (&'static str, TokenStream) {
        let Options { stream, local, .. } = self.options;
        let run = match (*stream, local.is_some(), self.function.is_async()) {
            (false, true, _) => "run_local",
            (false, false, true) => "run_workers",
            (false, false, false) => "run_threads",
            (true, true, _) => "stream_local",
            (true, false, true) => "stream_workers",
            (true, false, false) => "stream_threads",
        };
        (run, if *stream { quote!(_, _, _, _) } else { quote!(_, _, _) })
    }

    fn pool(&self) -> TokenStream {
        let Options { workers, order, queue, local, stream, .. } = self.options;
        let private = self.krate.private();
        let workers = workers.as_ref().map_or_else(
            || quote!(::core::option::Option::None),
            |workers| quote!(::core::option::Option::Some(#workers)),
        );
        let unordered = (*order == Order::Completion).then(|| quote!(.unordered()));
        let queue = queue.as_ref().map(|queue| quote!(.queue(#queue)));
        let name = self.function.name();
        let name = local.is_none().then(|| quote!(.name(#name)));
        let pool = quote!(#private::pool(#workers) #unordered #queue #name);
        // An `async fn` does not know who calls it.
        if *stream && local.is_none() {
            quote!(#private::called(#pool, ::core::panic::Location::caller()))
        } else {
            pool
        }
    }

    /// A closure that makes a worker of a desk.
    fn start(&self, names: &Names) -> TokenStream {
        let Names { this, item, result, param, desk } = names;
        let (ctx_ty, ctx_span, span) = (&self.ctx.ty, self.ctx.ty.span(), self.function.output().span());
        let (of_ctx, put) = (Ident::new("ctx", span), Ident::new("put", span));
        let private_of_ctx = self.krate.private_at(ctx_span);
        let this_clone = this.iter().map(|this| quote!(let #this = ::core::clone::Clone::clone(&#this);));
        let clones = this_clone.chain(self.shared.iter().map(|(name, param)| {
            let clone = clone_of(name, param);
            quote!(let #name = #clone;)
        }));
        let clones: TokenStream = clones.collect();
        // Once for each worker: what stands for a context need not be cheap to make.
        let ctx = Ident::new("__taskward_ctx", ctx_span);
        let derived = quote_spanned!(ctx_span=> <#ctx_ty as #private_of_ctx::ContextParam>::derived(&#ctx));
        let call = self.call(names);
        let report = self.report(names);
        let (opening, next, call) = if self.function.is_async() {
            let next = Ident::new("next", span);
            (quote!(async move), quote!(#next().await), {
                let waits = Ident::new("call", span);
                quote!(#desk.#waits(#call).await)
            })
        } else {
            let next = Ident::new("next_blocking", span);
            (quote!(move ||), quote!(#next()), call)
        };
        let capture = self.options.stream.then(|| quote!(move));
        quote! {
            #capture |#desk| {
                #clones
                #opening {
                    let mut #desk = #desk;
                    let #ctx = ::core::clone::Clone::clone(#desk.#of_ctx());
                    let #param = #derived;
                    while let ::core::option::Option::Some(#item) = #desk.#next {
                        let #result = #call;
                        #report
                        #desk.#put(#result);
                    }
                }
            }
        }
    }

    fn call(&self, Names { this, item, param, .. }: &Names) -> TokenStream {
        self.call_with(this.as_ref(), item, param)
    }

    /// A call of the function, with what these variables hold.
    pub(super) fn call_with(&self, this: Option<&Ident>, item: &Ident, param: &Ident) -> TokenStream {
        let name = &self.function.sig.ident;
        let generics = self.generic_arguments();
        let path = if self.is_associated() { quote!(Self::#name #generics) } else { quote!(#name #generics) };
        let receiver = this.into_iter().map(|this| quote!(::core::clone::Clone::clone(&#this),));
        let passed = self.shared.iter().map(|(name, param)| clone_of(name, param));
        quote!(#path(#(#receiver)* ::core::clone::Clone::clone(&#param), #item, #(#passed),*))
    }

    /// Tells the function of `progress`.
    fn report(&self, Names { this, result, desk, .. }: &Names) -> Option<TokenStream> {
        let progress = self.options.progress.as_ref()?;
        let told = match this {
            Some(this) => rename_self::in_expr(progress, this),
            None => progress.to_token_stream(),
        };
        let progressed = Ident::new("progress", progress.span().resolved_at(Span::mixed_site()));
        let told = closure_of(progress, &told, &progressed);
        Some(quote!(#desk.report(&#result, #told);))
    }
}

/// `progress`, in the words of `told`, as a closure.
fn closure_of(progress: &Expr, told: &TokenStream, progressed: &Ident) -> TokenStream {
    let span = progress.span();
    match progress {
        Expr::Closure(_) => told.clone(),
        Expr::Path(_) => quote_spanned!(span=> |#progressed| { #told(#progressed); }),
        _ => quote_spanned!(span=> |#progressed| { (#told)(#progressed); }),
    }
}

/// At the type, which is what is wrong if it cannot be cloned.
pub(super) fn clone_of(name: &Ident, param: &PatType) -> TokenStream {
    let span = param.ty.span();
    let mut name = name.clone();
    name.set_span(span.resolved_at(name.span()));
    quote_spanned!(span.resolved_at(Span::mixed_site())=> ::core::clone::Clone::clone(&#name))
}

pub(super) fn mixed(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
