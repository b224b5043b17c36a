//! The body of the added function: for each worker, a loop over its items.
//!
//! The loop is generated, because the compiler proves a future `Send` only if its type is known.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, PatType};

use super::options::{OnError, Options, Order};
use super::plan::Plan;
use crate::syntax::rename_self;

/// The hidden variables of a worker.
struct Variables {
    this: Option<Ident>,
    item: Ident,
    result: Ident,
    param: Ident,
    /// Spanned at the result's type, so that errors about that type point there.
    worker: Ident,
}

impl Plan<'_> {
    pub(super) fn body(&self) -> TokenStream {
        let Self { function, krate, options, .. } = self;
        // Errors about the types of the context and of the result point at those types. The same
        // span everywhere makes the compiler report each error once.
        let (ctx_span, span) = (self.ctx.ty.span(), function.output().span());
        let private = krate.private_at(span);
        let (ctx, mut items) = (self.ctx_name(), self.items());
        items.set_span(self.item.ty.span());
        let vars = Variables {
            this: function.sig.receiver().map(|_| mixed("this")),
            item: mixed("item"),
            result: mixed("result"),
            param: mixed("param"),
            worker: Ident::new("__taskward_worker", span),
        };
        let policy = match options.on_error {
            OnError::Fail => quote_spanned!(span=> FailFast),
            OnError::Collect => quote_spanned!(span=> Collect),
        };
        let (run, rest) = self.run();
        let run = Ident::new(run, span);
        let (pool, pool_of) = (mixed("pool"), self.pool());
        let start = self.start(&vars);
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
        let take_self = vars.this.as_ref().map(|this| quote!(let #this = self;));
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
        let named = local.is_none().then(|| quote!(.name(#name)));
        let pool = quote!(#private::pool(#workers) #unordered #queue #named);
        let pool = if self.metrics { quote!(#private::metrics_of!(#pool, #name)) } else { pool };
        // `track_caller` has no effect on an `async fn`.
        if *stream && local.is_none() {
            quote!(#private::called(#pool, ::core::panic::Location::caller()))
        } else {
            pool
        }
    }

    /// A closure that makes the loop of a worker.
    fn start(&self, vars: &Variables) -> TokenStream {
        let Variables { this, item, result, param, worker } = vars;
        let (ctx_ty, ctx_span, span) = (&self.ctx.ty, self.ctx.ty.span(), self.function.output().span());
        let (of_ctx, put) = (Ident::new("ctx", span), Ident::new("put", span));
        let private_of_ctx = self.krate.private_at(ctx_span);
        let this_clone = this.iter().map(|this| quote!(let #this = ::core::clone::Clone::clone(&#this);));
        let clones = this_clone.chain(self.shared.iter().map(|(name, param)| {
            let clone = clone_of(name, param);
            quote!(let #name = #clone;)
        }));
        let clones: TokenStream = clones.collect();
        // Derived once for each worker, because deriving may be expensive.
        let ctx = Ident::new("__taskward_ctx", ctx_span);
        let derived = quote_spanned!(ctx_span=> <#ctx_ty as #private_of_ctx::ContextParam>::derived(&#ctx));
        let call = self.call(vars);
        let report = self.report(vars);
        let (opening, next, call) = if self.function.is_async() {
            let next = Ident::new("next", span);
            (quote!(async move), quote!(#next().await), {
                let waits = Ident::new("call", span);
                quote!(#worker.#waits(#call).await)
            })
        } else {
            let next = Ident::new("next_blocking", span);
            (quote!(move ||), quote!(#next()), call)
        };
        let capture = self.options.stream.then(|| quote!(move));
        quote! {
            #capture |#worker| {
                #clones
                #opening {
                    let mut #worker = #worker;
                    let #ctx = ::core::clone::Clone::clone(#worker.#of_ctx());
                    let #param = #derived;
                    while let ::core::option::Option::Some(#item) = #worker.#next {
                        let #result = #call;
                        #report
                        #worker.#put(#result);
                    }
                }
            }
        }
    }

    fn call(&self, Variables { this, item, param, .. }: &Variables) -> TokenStream {
        self.call_with(this.as_ref(), item, param)
    }

    /// A call of the annotated function with these variables.
    pub(super) fn call_with(&self, this: Option<&Ident>, item: &Ident, param: &Ident) -> TokenStream {
        let name = &self.function.sig.ident;
        let generics = self.generic_arguments();
        let path = if self.is_associated() { quote!(Self::#name #generics) } else { quote!(#name #generics) };
        let receiver = this.into_iter().map(|this| quote!(::core::clone::Clone::clone(&#this),));
        let passed = self.shared.iter().map(|(name, param)| clone_of(name, param));
        quote!(#path(#(#receiver)* ::core::clone::Clone::clone(&#param), #item, #(#passed),*))
    }

    /// The call of the `progress` function.
    fn report(&self, Variables { this, result, worker, .. }: &Variables) -> Option<TokenStream> {
        let progress = self.options.progress.as_ref()?;
        let callback = match this {
            Some(this) => rename_self::in_expr(progress, this),
            None => progress.to_token_stream(),
        };
        let progressed = Ident::new("progress", progress.span().resolved_at(Span::mixed_site()));
        let callback = closure_of(progress, &callback, &progressed);
        Some(quote!(#worker.report(&#result, #callback);))
    }
}

/// `progress` as a closure over the tuple `callback`.
fn closure_of(progress: &Expr, callback: &TokenStream, progressed: &Ident) -> TokenStream {
    let span = progress.span();
    match progress {
        Expr::Closure(_) => callback.clone(),
        Expr::Path(_) => quote_spanned!(span=> |#progressed| { #callback(#progressed); }),
        _ => quote_spanned!(span=> |#progressed| { (#callback)(#progressed); }),
    }
}

/// Clones with the span of the type, which is the error if it is not `Clone`.
pub(super) fn clone_of(name: &Ident, param: &PatType) -> TokenStream {
    let span = param.ty.span();
    let mut name = name.clone();
    name.set_span(span.resolved_at(name.span()));
    quote_spanned!(span.resolved_at(Span::mixed_site())=> ::core::clone::Clone::clone(&#name))
}

pub(super) fn mixed(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
