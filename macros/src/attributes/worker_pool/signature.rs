//! The function that `#[worker_pool]` adds: what it takes and what it returns.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{GenericArgument, Pat, PatType, PathArguments, Receiver, Signature, Type};

use super::options::{OnError, Options};
use crate::diagnostics::{Error, Errors};
use crate::function::Function;
use crate::krate::Krate;
use crate::params::mentions;
use crate::rules::context_first;

/// Reports what keeps a function from being called for many items on other tasks.
pub(crate) fn check(function: &Function, errors: &mut Errors) {
    if let Some(receiver) = function.sig.receiver()
        && !is_shared(receiver)
    {
        errors.push(
            Error::new(receiver, "the workers of a pool are tasks of their own and cannot borrow `self`")
                .help("write `self: Arc<Self>`"),
        );
    }
    let mut params = function.params();
    let ctx = params.next();
    let Some(item) = params.next() else {
        if ctx.is_some() {
            let name = &function.sig.ident;
            errors.push(
                Error::new(name, format!("`{name}` takes no item"))
                    .help("the parameter after the context is what each call works on: `item: PathBuf`"),
            );
        }
        return;
    };
    refuse_borrow(
        item,
        "an item goes to another task, so it cannot be borrowed",
        "`String`, `PathBuf` or `Arc<T>`",
        errors,
    );
    for shared in params {
        refuse_borrow(shared, "this parameter is shared between tasks, so it cannot be borrowed", "`Arc<T>`", errors);
    }
    if function.body.is_none() {
        errors.push(
            Error::new(&function.sig.ident, "`#[worker_pool]` needs a body to run")
                .help("put it on the implementation instead of the trait"),
        );
    }
}

/// `self: Arc<Self>`, or `self` of a type that was written.
fn is_shared(receiver: &Receiver) -> bool {
    matches!(&receiver.kind, syn::ReceiverKind::Typed(_, ty) if !matches!(**ty, Type::Reference(_)))
}

fn refuse_borrow(param: &PatType, what: &str, instead: &str, errors: &mut Errors) {
    struct Borrow<'a>(Option<&'a syn::TypeReference>);
    impl<'a> Visit<'a> for Borrow<'a> {
        fn visit_type_reference(&mut self, reference: &'a syn::TypeReference) {
            let lives_on = reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
            if !lives_on && self.0.is_none() {
                self.0 = Some(reference);
            }
            visit::visit_type_reference(self, reference);
        }
    }
    if context_first::is_called_context(&param.ty) {
        // In the wrong place, which was reported.
        return;
    }
    let mut borrow = Borrow(None);
    borrow.visit_type(&param.ty);
    if let Some(reference) = borrow.0 {
        let (and, lifetime) = (&reference.and_token, &reference.lifetime);
        let at = quote!(#and #lifetime);
        errors.push(Error::new(at, what).help(format!("take it by value: {instead}, or `&'static`")));
    }
}

/// Whether a parameter of the added function may have this name: not if it is marked as unused, or hides the function.
fn may_be_called(name: &Ident, function: &Function) -> bool {
    !name.to_string().starts_with('_') && *name != function.sig.ident
}

/// `Result<Vec<T>, E>` for `Result<T, E>`. What an alias hides only the compiler can see.
fn result_of_all(output: &Type, private: &TokenStream) -> Option<TokenStream> {
    let Type::Path(path) = output else { return None };
    let last = path.path.segments.last().filter(|last| path.path.segments.len() == 1 && last.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let (GenericArgument::Type(output), GenericArgument::Type(error)) =
        (arguments.args.get(0)?, arguments.args.get(1)?)
    else {
        return None;
    };
    Some(quote!(::core::result::Result<#private::Vec<#output>, #error>))
}

/// The parts of the function to add.
pub(crate) struct Plan<'a> {
    function: &'a Function,
    options: &'a Options,
    krate: &'a Krate,
    name: Ident,
    ctx: &'a PatType,
    item: &'a PatType,
    /// Name and declaration of each shared parameter.
    shared: Vec<(Ident, PatType)>,
}

impl<'a> Plan<'a> {
    /// `None` if the function has no context or no item, which was reported.
    pub(crate) fn new(function: &'a Function, options: &'a Options, krate: &'a Krate) -> Option<Self> {
        let mut params = function.params();
        let (ctx, item) = (params.next()?, params.next()?);
        let shared = params.enumerate().map(|(index, param)| {
            let name = match &*param.pat {
                Pat::Ident(name) if may_be_called(&name.ident, function) => name.ident.clone(),
                _ => Ident::new(&format!("shared{index}"), Span::mixed_site()),
            };
            let mut param = param.clone();
            *param.pat = syn::parse_quote!(#name);
            (name, param)
        });
        let shared = shared.collect();
        let name = options.name.clone().unwrap_or_else(|| format_ident!("{}_all", function.sig.ident));
        Some(Self { function, options, krate, name, ctx, item, shared })
    }

    /// Whether the function is one of an `impl`, as far as its tokens show.
    fn is_associated(&self) -> bool {
        let Function { sig, body, .. } = self.function;
        let this = Ident::new("Self", Span::call_site());
        let written = quote!(#sig #body);
        sig.receiver().is_some() || mentions(&written, &this)
    }

    /// The shared parameters that the options use: the compiler must not call them unused.
    pub(crate) fn used_by_options(&self) -> Vec<Ident> {
        let workers = self.options.workers.to_token_stream();
        self.shared.iter().map(|(name, _)| name).filter(|name| mentions(&workers, name)).cloned().collect()
    }

    /// With a body that only has the right type: for callers, beside errors.
    pub(crate) fn stub(&self) -> TokenStream {
        let (head, ctx, items) = (self.head(), self.ctx_name(), self.items());
        let shared = self.shared.iter().map(|(name, _)| name);
        quote!(#head { let _ = (&#ctx, &#items, #(&#shared),*); ::core::unreachable!("beside an error") })
    }

    pub(crate) fn expand(&self) -> TokenStream {
        let head = self.head();
        let body = self.body();
        quote!(#head { #body })
    }

    fn head(&self) -> TokenStream {
        let Self { function, name, ctx, item, shared, .. } = self;
        let Signature { generics, .. } = &function.sig;
        let bounds = &generics.where_clause;
        let receiver = function.sig.receiver().map(|receiver| quote!(#receiver,));
        let (ctx, ty) = (self.ctx_name(), &ctx.ty);
        let (items, item) = (self.items(), &item.ty);
        let shared = shared.iter().map(|(_, param)| param);
        let output = function.output();
        let private = self.krate.private_at(output.span());
        let result = match self.options.on_error {
            OnError::Fail => result_of_all(&output.ty(), &private)
                .unwrap_or_else(|| quote_spanned!(output.span()=> <#output as #private::PoolOutput>::All)),
            OnError::Collect => quote!(#private::Vec<#output>),
        };
        let (attrs, vis, docs) = (self.attrs(), &function.vis, self.docs());
        quote! {
            #(#attrs)*
            #(#[doc = #docs])*
            #vis async fn #name #generics (
                #receiver #ctx: #ty, #items: impl ::core::iter::IntoIterator<Item = #item>, #(#shared),*
            ) -> #result #bounds
        }
    }

    /// What also holds for the added function.
    fn attrs(&self) -> impl Iterator<Item = TokenStream> {
        const SHARED: [&str; 3] = ["cfg", "allow", "deprecated"];
        self.function.attrs.iter().filter_map(|attr| {
            if let (true, syn::Meta::List(list)) = (attr.path().is_ident("expect"), &attr.meta) {
                // What is expected of the function need not happen here.
                let lints = &list.tokens;
                return Some(quote!(#[allow(#lints)]));
            }
            // The compiler does not see through an `async fn` that both are deprecated.
            let calls_it = attr.path().is_ident("deprecated").then(|| quote!(#[allow(deprecated)]));
            SHARED.iter().any(|name| attr.path().is_ident(name)).then(|| quote!(#attr #calls_it))
        })
    }

    fn docs(&self) -> Vec<String> {
        let (name, method) = (self.function.name(), self.function.sig.receiver().is_some());
        let link = if method { format!("Self::{name}") } else { name.clone() };
        let mut docs = vec![
            format!("Calls [`{name}`]({link}) for each of `items` on a pool of workers, and waits for all of them."),
            String::new(),
        ];
        docs.push(match self.options.on_error {
            OnError::Fail => "Returns the outputs in the order of the items. The first error cancels the other calls, and is returned once all workers have stopped.".into(),
            OnError::Collect => "Returns every item's result, in the order of the items. An item whose call `ctx` interrupted, or kept from starting, has an error that says so.".into(),
        });
        docs.extend([
            String::new(),
            "# Errors".into(),
            String::new(),
            format!("Those of `{name}`, and the end of `ctx`."),
            String::new(),
            "# Panics".into(),
            String::new(),
            format!("If a call of `{name}` panics, with its message, once all workers have stopped; and if there are no workers."),
            String::new(),
            "# Cancellation safety".into(),
            String::new(),
            "Dropping the future stops the workers; finished outputs are lost.".into(),
        ]);
        docs
    }

    fn ctx_name(&self) -> Ident {
        match &*self.ctx.pat {
            Pat::Ident(name) if may_be_called(&name.ident, self.function) => name.ident.clone(),
            _ => Ident::new(if self.is_taken("ctx") { "context" } else { "ctx" }, self.ctx.ty.span()),
        }
    }

    fn items(&self) -> Ident {
        format_ident!("{}", if self.is_taken("items") { "all_items" } else { "items" })
    }

    /// Whether a parameter of this name would hide another one, or the function.
    fn is_taken(&self, name: &str) -> bool {
        self.shared.iter().any(|(shared, _)| shared == name) || self.function.sig.ident == name
    }

    /// What stands for the function's own generics in a call of it: a type that no parameter mentions cannot be inferred.
    fn generic_arguments(&self) -> Option<TokenStream> {
        let names = self.function.sig.generics.params.iter().filter_map(|param| match param {
            syn::GenericParam::Type(param) => Some(&param.ident),
            syn::GenericParam::Const(param) => Some(&param.ident),
            syn::GenericParam::Lifetime(_) => None,
        });
        let names: Vec<_> = names.collect();
        (!names.is_empty()).then(|| quote!(::<#(#names),*>))
    }

    /// A loop over the items of a desk. It stands here, and not in the runtime, because only of a future of a known type
    /// can the compiler see that it is `Send`.
    fn body(&self) -> TokenStream {
        let Self { function, krate, ctx, shared, .. } = self;
        let (ctx_name, ctx_ty, items) = (self.ctx_name(), &ctx.ty, self.items());
        // Errors about the types of the context and of the result point at them; and only one for each reason, if what
        // stands in several places has the same span in all of them.
        let (ctx_span, span) = (ctx_ty.span(), function.output().span());
        let (private, private_of_ctx) = (krate.private_at(span), krate.private_at(ctx_span));
        let policy = match self.options.on_error {
            OnError::Fail => quote_spanned!(span=> FailFast),
            OnError::Collect => quote_spanned!(span=> Collect),
        };
        let workers = self.options.workers.as_ref().map_or_else(
            || quote!(::core::option::Option::None),
            |workers| quote!(::core::option::Option::Some(#workers)),
        );
        let mixed = |name| Ident::new(name, Span::mixed_site());
        let (pool, item, result) = (mixed("pool"), mixed("item"), mixed("result"));
        let this = function.sig.receiver().map(|_| mixed("this"));
        let take_self = this.as_ref().map(|this| quote!(let #this = self;));

        let kept: Vec<_> = this.iter().chain(shared.iter().map(|(name, _)| name)).collect();
        let clones = kept.iter().map(|name| quote!(let #name = ::core::clone::Clone::clone(&#name);));
        let name = &function.sig.ident;
        let generics = self.generic_arguments();
        let path = if self.is_associated() { quote!(Self::#name #generics) } else { quote!(#name #generics) };
        let receiver = this.iter().map(|this| quote!(::core::clone::Clone::clone(&#this),));
        let passed = shared.iter().map(|(name, _)| quote!(::core::clone::Clone::clone(&#name)));
        let (ctx, param) = (Ident::new("__taskward_ctx", ctx_span), mixed("param"));
        let at_result = |name| Ident::new(name, span);
        let desk = at_result("__taskward_desk");
        let (of_ctx, put) = (at_result("ctx"), at_result("put"));
        let next = at_result(if function.is_async() { "next" } else { "next_blocking" });
        // Once for each worker: what stands for a context need not be cheap to make.
        let derived = quote_spanned!(ctx_span=> <#ctx_ty as #private_of_ctx::ContextParam>::derived(&#ctx));
        let derive = quote! {
            let mut #desk = #desk;
            let #ctx = ::core::clone::Clone::clone(#desk.#of_ctx());
            let #param = #derived;
        };
        let call = quote!(#path(#(#receiver)* ::core::clone::Clone::clone(&#param), #item, #(#passed),*));

        let (run, worker) = if function.is_async() {
            let worker = quote!(async move {
                #derive
                while let ::core::option::Option::Some(#item) = #desk.#next().await {
                    let #result = #call.await;
                    #desk.#put(#result);
                }
            });
            (quote_spanned!(span=> run_workers), worker)
        } else {
            let worker = quote!(move || {
                #derive
                while let ::core::option::Option::Some(#item) = #desk.#next() {
                    let #result = #call;
                    #desk.#put(#result);
                }
            });
            (quote_spanned!(span=> run_threads), worker)
        };
        let start = quote!(|#desk| { #(#clones)* #worker });
        let handle = quote_spanned!(ctx_span=> #private_of_ctx::handle(&#ctx_name));
        let running = quote_spanned! {span=>
            #private::#run::<#private::#policy, _, _, _>(#pool, ::core::borrow::Borrow::borrow(&#handle), #items, #start).await
        };
        let private = krate.private();
        let pool_of = quote!(#private::pool);
        quote! {
            let #pool = #pool_of(#workers);
            #take_self
            #running
        }
    }
}
