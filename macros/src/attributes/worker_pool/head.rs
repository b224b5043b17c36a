//! The signature and the attributes of the added function.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::visit_mut::VisitMut;
use syn::{GenericArgument, Generics, PathArguments, Type, TypeParamBound};

use super::options::OnError;
use super::plan::Plan;
use super::{docs, lifetimes};
use crate::syntax::tokens::contains;

impl Plan<'_> {
    pub(super) fn head(&self) -> TokenStream {
        let Self { function, options, name, ctx, item, shared, .. } = self;
        let receiver = function.sig.receiver().map(|receiver| quote!(#receiver,));
        let (ctx, ctx_ty, items) = (self.ctx_name(), &ctx.ty, self.items());
        let shared = shared.iter().map(|(_, param)| param);
        let mut generics = function.sig.generics.clone();
        let item = item.ty.clone();
        let (asyncness, items_ty, result) = if options.stream {
            self.streams(*item, &mut generics)
        } else {
            (quote!(async), quote!(impl ::core::iter::IntoIterator<Item = #item>), self.result_of_all())
        };
        let bounds = &generics.where_clause;
        let (attrs, vis, docs) = (self.attrs(), &function.vis, docs::lines(function, options));
        // A stream starts when it is polled, but is registered under its caller's location.
        let track_caller = (options.stream && options.local.is_none()).then(|| quote!(#[track_caller]));
        quote! {
            #(#attrs)*
            #(#[doc = #docs])*
            #track_caller
            #vis #asyncness fn #name #generics (
                #receiver #ctx: #ctx_ty, #items: #items_ty, #(#shared),*
            ) -> #result #bounds
        }
    }

    fn result_of_all(&self) -> TokenStream {
        let (output, span) = (without_captures(self.function.output().ty()), self.function.output().span());
        let private = self.krate.private_at(span);
        match self.options.on_error {
            OnError::Fail => result_of_all(&output, &private)
                .unwrap_or_else(|| quote_spanned!(span=> <#output as #private::PoolOutput>::All)),
            OnError::Collect => quote!(#private::Vec<#output>),
        }
    }

    /// The item's type, the result and the bounds of a function over streams.
    fn streams(&self, mut item: Type, generics: &mut Generics) -> (TokenStream, TokenStream, TokenStream) {
        let (output, span) = (without_captures(self.function.output().ty()), self.function.output().span());
        let private = self.krate.private_at(span);
        for lifetime in lifetimes::name(&mut item) {
            generics.params.insert(0, syn::parse_quote!(#lifetime));
        }
        if self.options.local.is_some() {
            // The user's location, but not the user's edition, which would decide the captured
            // lifetimes.
            let span = span.resolved_at(Span::call_site());
            let private = self.krate.private_at(span);
            let result = quote_spanned!(span=> impl #private::Stream<Item = #output>);
            return (TokenStream::new(), quote!(impl #private::Stream<Item = #item>), result);
        }
        // A named parameter, so that the result's type does not borrow the context.
        let source = format_ident!("Items");
        let is_taken = contains(&self.function.sig.to_token_stream(), "Items");
        let source = if is_taken { format_ident!("AllItems") } else { source };
        for opaque in lifetimes::name_opaque(&mut item) {
            generics.params.push(opaque);
        }
        generics.params.push(syn::parse_quote!(#source));
        generics.make_where_clause().predicates.push(syn::parse_quote!(#source: #private::Stream<Item = #item>));
        let result = if self.options.jobs.is_some() {
            quote_spanned!(span=> ::taskward_jobs::JobStream<#source, #output>)
        } else {
            quote_spanned!(span=> #private::WorkerStream<#source, #output>)
        };
        (TokenStream::new(), quote!(#source), result)
    }

    /// The attributes that also apply to the added function.
    pub(super) fn attrs(&self) -> impl Iterator<Item = TokenStream> {
        const SHARED: [&str; 3] = ["cfg", "allow", "deprecated"];
        self.function.attrs.iter().filter_map(|attr| {
            if let (true, syn::Meta::List(list)) = (attr.path().is_ident("expect"), &attr.meta) {
                // A lint that the annotated function is expected to trigger may not occur here.
                let lints = &list.tokens;
                return Some(quote!(#[allow(#lints)]));
            }
            // The compiler does not recognise a deprecated call inside of a deprecated `async fn`.
            let calls_it = attr.path().is_ident("deprecated").then(|| quote!(#[allow(deprecated)]));
            SHARED.iter().any(|name| attr.path().is_ident(name)).then(|| quote!(#attr #calls_it))
        })
    }
}

/// Removes `use<…>`, which would have to name the added generics.
fn without_captures(mut ty: Type) -> Type {
    struct Captures;
    impl VisitMut for Captures {
        fn visit_type_impl_trait_mut(&mut self, opaque: &mut syn::TypeImplTrait) {
            let bounds = std::mem::take(&mut opaque.bounds).into_iter();
            opaque.bounds = bounds.filter(|bound| !matches!(bound, TypeParamBound::PreciseCapture(_))).collect();
        }
    }
    Captures.visit_type_mut(&mut ty);
    ty
}

/// `Result<Vec<T>, E>` for `Result<T, E>`, `Option<Vec<T>>` for `Option<T>`; `None` for an alias.
fn result_of_all(output: &Type, private: &TokenStream) -> Option<TokenStream> {
    let Type::Path(path) = output else { return None };
    let last = path.path.segments.last().filter(|_| path.path.segments.len() == 1)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    if let (true, Some(GenericArgument::Type(output))) = (last.ident == "Option", arguments.args.get(0)) {
        return Some(quote!(::core::option::Option<#private::Vec<#output>>));
    }
    if last.ident != "Result" {
        return None;
    }
    let (GenericArgument::Type(output), GenericArgument::Type(error)) =
        (arguments.args.get(0)?, arguments.args.get(1)?)
    else {
        return None;
    };
    Some(quote!(::core::result::Result<#private::Vec<#output>, #error>))
}
