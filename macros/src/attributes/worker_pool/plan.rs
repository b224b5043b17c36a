//! The parts of the function that `#[worker_pool]` adds.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Pat, PatType};

use super::options::Options;
use crate::item::Function;
use crate::krate::Krate;
use crate::syntax::names::Names;
use crate::syntax::tokens::unraw;
use crate::syntax::types::self_type;

/// The parts of the function to add.
pub(super) struct Plan<'a> {
    pub(super) function: &'a Function,
    pub(super) options: &'a Options,
    pub(super) krate: &'a Krate,
    pub(super) name: Ident,
    pub(super) ctx: &'a PatType,
    pub(super) item: &'a PatType,
    /// The name and the declaration of each shared parameter.
    pub(super) shared: Vec<(Ident, PatType)>,
    /// `true` if the sizes of the pool's runs are measured.
    pub(super) metrics: bool,
}

impl<'a> Plan<'a> {
    /// Returns `None` if the function has no context or no item, which was reported.
    pub(super) fn new(function: &'a Function, options: &'a Options, krate: &'a Krate) -> Option<Self> {
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
        let name = options
            .name
            .clone()
            .unwrap_or_else(|| format_ident!("{}_all", unraw(&function.sig.ident), span = function.sig.ident.span()));
        Some(Self { function, options, krate, name, ctx, item, shared, metrics: false })
    }

    pub(super) fn expand(&self) -> TokenStream {
        let head = self.head();
        let (send, body, job) = (self.send(&self.items()), self.body(), self.job());
        quote!(#head { #send #body } #job)
    }

    /// The function to emit beside errors: its body only has the right type.
    pub(super) fn stub(&self) -> TokenStream {
        if self.function.output().is_opaque() {
            // An opaque type has no such body.
            return TokenStream::new();
        }
        let (head, ctx, items) = (self.head(), self.ctx_name(), self.items());
        let shared = self.shared.iter().map(|(name, _)| name);
        let nothing = if self.options.stream && self.options.local.is_some() {
            let private = self.krate.private();
            quote!(#private::no_stream())
        } else {
            quote!(::core::unreachable!("beside an error"))
        };
        let job = self.job_stub();
        quote!(#head { let _ = (&#ctx, &#items, #(&#shared),*); #nothing } #job)
    }

    /// Returns whether the function belongs to an `impl`, as far as its syntax shows. `Self` in a
    /// nested item does not count.
    pub(super) fn is_associated(&self) -> bool {
        let Function { sig, body, .. } = self.function;
        let names = |expr| Names::of_expr(expr).may_use_word("Self");
        let types = self.function.params().map(|param| (*param.ty).clone()).chain([self.function.output().ty()]);
        self.options.associated
            || sig.receiver().is_some()
            || types.into_iter().any(|ty| self_type(&ty).is_some())
            || body.as_ref().is_some_and(|body| body.names().may_use_word("Self"))
            || self.options.exprs().any(names)
    }

    /// The shared parameters that the options use, which the compiler must not report as unused.
    pub(super) fn used_by_options(&self) -> Vec<Ident> {
        let names: Vec<_> = self.options.exprs().map(Names::of_expr).collect();
        let is_used = |name: &&Ident| names.iter().any(|names| names.may_use(name));
        self.shared.iter().map(|(name, _)| name).filter(is_used).cloned().collect()
    }

    pub(super) fn ctx_name(&self) -> Ident {
        match &*self.ctx.pat {
            Pat::Ident(name) if may_be_called(&name.ident, self.function) => name.ident.clone(),
            _ => Ident::new(if self.is_taken("ctx") { "context" } else { "ctx" }, self.ctx.ty.span()),
        }
    }

    pub(super) fn items(&self) -> Ident {
        format_ident!("{}", if self.is_taken("items") { "all_items" } else { "items" })
    }

    /// Returns whether a parameter of this name would shadow another one, or the function.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.shared.iter().any(|(shared, _)| shared == name) || self.function.sig.ident == name
    }

    /// Generic arguments for a call of the function: a type that no parameter mentions cannot be
    /// inferred.
    pub(super) fn generic_arguments(&self) -> Option<TokenStream> {
        let names = self.function.sig.generics.params.iter().filter_map(|param| match param {
            syn::GenericParam::Type(param) => Some(&param.ident),
            syn::GenericParam::Const(param) => Some(&param.ident),
            syn::GenericParam::Lifetime(_) => None,
        });
        let names: Vec<_> = names.collect();
        (!names.is_empty()).then(|| quote!(::<#(#names),*>))
    }
}

/// Returns whether a parameter of the added function may have this name: not if it begins with an
/// underscore, or shadows the function.
fn may_be_called(name: &Ident, function: &Function) -> bool {
    !name.to_string().starts_with('_') && *name != function.sig.ident
}
