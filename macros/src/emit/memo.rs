//! Hoists the user's block for a memoizing attribute, inside of any interrupting attribute.

use proc_macro2::{Group, Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Pat, PatIdent};

use crate::item::body::{async_block, in_front};
use crate::item::output::type_hint;
use crate::item::{Body, Function};
use crate::syntax::rename_self;
use crate::syntax::types::without_lifetimes;

/// The names that the hoisted block can use.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Scope {
    /// The names of any block of the function.
    Function,
    /// Only the parameters: the value is independent of generic arguments and of `Self`.
    Static,
}

/// The user's block, hoisted for a memoizing attribute to run.
pub(crate) struct HoistedBlock {
    /// The item that contains the block, if any.
    pub(crate) item: TokenStream,
    /// A future of the block's value; on a plain `fn`, a closure that returns the value.
    pub(crate) run: TokenStream,
}

impl Function {
    /// The function with an expression of the written type in place of the user's block, which
    /// returns a `made`.
    pub(crate) fn hoisted(
        &self,
        scope: Scope,
        made: &TokenStream,
        around: impl FnOnce(HoistedBlock) -> TokenStream,
    ) -> Self {
        let Some(body) = &self.body else { return self.clone() };
        let block = body.user_block_making(made);
        let work = match scope {
            Scope::Static => self.as_item(&block, made),
            Scope::Function if self.is_async() => {
                let hint = type_hint(&Ident::new("__taskward_made", self.output().span()), made);
                let block = in_front(&block, &hint);
                HoistedBlock { item: TokenStream::new(), run: async_block(&block) }
            }
            Scope::Function => HoistedBlock { item: TokenStream::new(), run: quote!(|| -> #made #block) },
        };
        let mut hoisted = self.clone();
        hoisted.body = Some(body.with_user_block(around(work)));
        hoisted
    }

    /// Moves the block into an item, which cannot name generic parameters or `Self`; the compiler
    /// reports any use.
    fn as_item(&self, block: &Group, made: &TokenStream) -> HoistedBlock {
        // Both types have the same span, because an error in one is an error in the other.
        let span = self.output().span();
        let name = Ident::new("__taskward_work", span);
        let params = self.params().map(|param| {
            let mut param = param.clone();
            *param.ty = without_lifetimes(&param.ty);
            param
        });
        let args: Vec<_> = self.params().map(|param| argument(&param.pat)).collect();
        if self.is_async() {
            let item =
                quote_spanned!(span=> #[allow(clippy::type_complexity)] async fn #name(#(#params),*) -> #made #block);
            HoistedBlock { item, run: quote_spanned!(span=> #name(#(#args),*)) }
        } else {
            let item = quote_spanned!(span=> #[allow(clippy::type_complexity)] fn #name(#(#params),*) -> #made #block);
            // The braces belong to the expansion: for a bare call, Clippy suggests the function
            // itself.
            let call = quote_spanned!(span=> #name(#(#args),*));
            HoistedBlock { item, run: quote_spanned!(span=> || { #call }) }
        }
    }

    /// An expression of an attribute, such as `self.field`, with the block's name for `self`.
    pub(crate) fn with_block_self(&self, expr: &syn::Expr) -> TokenStream {
        if self.body.as_ref().is_some_and(Body::renames_self) {
            rename_self::in_expr(expr, &Ident::new("__self", proc_macro2::Span::call_site()))
        } else {
            expr.to_token_stream()
        }
    }

    /// Gives the first parameter a name for generated code; the user's pattern is bound in the
    /// block.
    pub(crate) fn name_first_param(&mut self) -> Option<(Ident, proc_macro2::Span)> {
        use syn::spanned::Spanned;
        let param = self.params_mut().next()?;
        let span = param.ty.span();
        if let Pat::Ident(PatIdent { ident, by_ref: None, subpat: None, .. }) = &*param.pat
            && !ident.to_string().starts_with('_')
        {
            return Some((ident.clone(), span));
        }
        let name = Ident::new("ctx", proc_macro2::Span::mixed_site());
        let pattern = std::mem::replace(&mut *param.pat, syn::parse_quote!(#name));
        let is_unused = |body: &Body| match &pattern {
            Pat::Wild(_) => true,
            Pat::Ident(pattern) => !body.names().may_use(&pattern.ident),
            _ => false,
        };
        if let Some(body) = self.body.as_ref().filter(|body| !is_unused(body)) {
            let block = body.user_block();
            let content = in_front(&block, &quote!(let #pattern = #name;)).stream();
            self.body = Some(body.with_user_block(content));
        }
        Some((name, span))
    }
}

fn argument(pattern: &Pat) -> TokenStream {
    match pattern {
        Pat::Ident(name) => name.ident.to_token_stream(),
        other => other.to_token_stream(),
    }
}
