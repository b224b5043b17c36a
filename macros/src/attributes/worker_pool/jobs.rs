//! `#[worker_pool(jobs = …)]`: the call that sends jobs, and the function for servers.
//!
//! ```text
//! async fn f_all(ctx: &Context, items: impl IntoIterator<Item = T>, shared: S) -> <R as PoolOutput>::All {
//!     if let Some(jobs) = jobs(ctx) { return run(SPEC, jobs, ctx, items).await }
//!     …
//! }
//!
//! fn f_job(shared: S) -> Job { job(SPEC, move |ctx, item| { let shared = shared.clone(); async move { f(&ctx, item, shared).await } }) }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::body::{clone_of, mixed};
use super::options::{OnError, Order};
use super::plan::Plan;
use crate::syntax::rename_self;
use crate::syntax::tokens::unraw;

/// The module of the job runtime; only functions with `jobs` refer to it.
fn private_at(span: Span) -> TokenStream {
    quote_spanned!(span=> ::taskward_jobs::__private)
}

fn optional(value: Option<&Expr>) -> TokenStream {
    value.map_or_else(|| quote!(::core::option::Option::None), |value| quote!(::core::option::Option::Some(#value)))
}

impl Plan<'_> {
    /// Sends the items if the context carries a job queue; stands in front of the pool.
    pub(super) fn send(&self, items: &Ident) -> Option<TokenStream> {
        let queue = self.options.jobs.as_ref()?;
        let (span, ctx_span) = (self.function.output().span(), self.ctx.ty.span());
        let private = private_at(span);
        let (ctx, output) = (self.ctx_name(), self.function.output());
        let private_of_ctx = self.krate.private_at(ctx_span);
        let [jobs, handle] = ["jobs", "handle"].map(mixed);
        let spec = queue.spec(&self.function.name(), &private_at(Span::call_site()));
        let policy = match self.options.on_error {
            OnError::Fail => quote_spanned!(span=> FailFast),
            OnError::Collect => quote_spanned!(span=> Collect),
        };
        let in_order = self.options.order == Order::Input;
        let report = self.progress();
        let ahead = optional(self.options.queue.as_ref());
        let running = if self.options.stream {
            quote_spanned! {span=>
                #private::stream::<#private::#policy, #output, _, _>(
                    #spec, #jobs, #handle, #in_order, #items, #ahead, #report
                )
            }
        } else {
            quote_spanned! {span=>
                #private::run::<#private::#policy, #output, _, _, _>(#spec, #jobs, #handle, #in_order, #items, #report).await
            }
        };
        let context = quote_spanned!(ctx_span=> ::core::clone::Clone::clone(
            ::core::borrow::Borrow::<#private_of_ctx::Context>::borrow(&#private_of_ctx::handle(&#ctx))
        ));
        Some(quote! {
            let #handle = #context;
            if let ::core::option::Option::Some(#jobs) = ::taskward_jobs::__private::jobs(&#handle) {
                return #running;
            }
        })
    }

    /// The `progress` function with clones of the shared parameters, because it outlives the call.
    fn progress(&self) -> TokenStream {
        let Some(progress) = &self.options.progress else { return quote!(|_| {}) };
        let this = self.function.sig.receiver().map(|_| mixed("this"));
        let callback = match &this {
            Some(this) => rename_self::in_expr(progress, this),
            None => progress.to_token_stream(),
        };
        let used = self.used_by_options();
        let shared = self.shared.iter().filter(|(name, _)| used.contains(name)).map(|(name, shared)| {
            let clone = clone_of(name, shared);
            quote!(let #name = #clone;)
        });
        let this = this.iter().map(|this| quote!(let #this = ::core::clone::Clone::clone(&self);));
        let progressed = Ident::new("progress", progress.span().resolved_at(Span::mixed_site()));
        let private = private_at(progress.span());
        quote_spanned! {progress.span()=>
            { #(#this)* #(#shared)* move |#progressed| #private::tell(#callback, #progressed) }
        }
    }

    /// The function that servers call.
    pub(super) fn job(&self) -> Option<TokenStream> {
        let queue = self.options.jobs.as_ref()?;
        let (span, ctx_ty, ctx_span) = (self.function.output().span(), &self.ctx.ty, self.ctx.ty.span());
        let private = private_at(span);
        let [this, item, param, given] = ["this", "item", "param", "given"].map(mixed);
        let this = self.function.sig.receiver().map(|_| this);
        let take_self = this.as_ref().map(|this| quote!(let #this = self;));
        let clones: TokenStream = this
            .iter()
            .map(|this| quote!(let #this = ::core::clone::Clone::clone(&#this);))
            .chain(self.shared.iter().map(|(name, shared)| {
                let clone = clone_of(name, shared);
                quote!(let #name = #clone;)
            }))
            .collect();
        let at = self.krate.private_at(ctx_span);
        let derived = quote_spanned!(ctx_span=> <#ctx_ty as #at::ContextParam>::derived(&#given));
        let call = self.call_with(this.as_ref(), &item, &param);
        let item_ty = &self.item.ty;
        let spec = queue.spec(&self.function.name(), &private_at(Span::call_site()));
        let workers = optional(self.options.workers.as_ref());
        let context = quote!(#at::Context);
        let head = self.job_head();
        let (run, body) = if self.function.is_async() {
            let private = self.krate.private_at(span);
            let race = quote_spanned!(span=> #private::cancellable(::core::clone::Clone::clone(&#given), #call).await);
            (quote_spanned!(span=> job), quote!(async move { let #param = #derived; #race }))
        } else {
            (quote_spanned!(span=> blocking_job), quote!(move || { let #param = #derived; #call }))
        };
        let job = quote_spanned!(span=> #private::#run(#spec, #workers, move |#given: #context, #item: #item_ty| {
            #clones
            #body
        }));
        Some(quote!(#head { #take_self #job }))
    }

    /// The function for servers beside errors.
    pub(super) fn job_stub(&self) -> Option<TokenStream> {
        self.options.jobs.as_ref()?;
        let (head, shared) = (self.job_head(), self.shared.iter().map(|(name, _)| name));
        Some(quote!(#head { let _ = (#(&#shared),*); ::core::unreachable!("beside an error") }))
    }

    fn job_head(&self) -> TokenStream {
        let Self { function, shared, .. } = self;
        let name = format_ident!("{}_job", unraw(&function.sig.ident), span = function.sig.ident.span());
        let receiver = function.sig.receiver().map(|receiver| quote!(#receiver,));
        let shared = shared.iter().map(|(_, param)| param);
        let (generics, bounds) = (&function.sig.generics, &function.sig.generics.where_clause);
        let (attrs, vis) = (self.attrs(), &function.vis);
        let method = function.sig.receiver().is_some() || self.options.associated;
        let called = function.name();
        let link = if method { format!("Self::{called}") } else { called.clone() };
        let docs = [
            format!(
                "Returns [`{called}`]({link}) as a job for a server: `jobs.serve(&ctx, [{name}(…)])` runs its items."
            ),
            String::new(),
            "All calls of this server share the parameters.".to_owned(),
        ];
        quote! {
            #(#attrs)*
            #(#[doc = #docs])*
            #vis fn #name #generics (#receiver #(#shared),*) -> ::taskward_jobs::Job #bounds
        }
    }
}
