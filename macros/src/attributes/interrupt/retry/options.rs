//! The options of `#[retry]`, and their code in the expansion.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::args::backoff::Backoff;
use crate::attributes::interrupt::expansion::Expansion;
use crate::item::Output;
use crate::syntax::tokens::hidden;

pub(super) struct Options {
    pub(super) attempts: Option<Expr>,
    pub(super) backoff: Option<Backoff>,
    pub(super) when: Option<Expr>,
    pub(super) budget: Option<Expr>,
}

/// The options in the expansion.
pub(super) struct Rules {
    /// Evaluates options that are not constants, once.
    pub(super) statements: TokenStream,
    /// The expression for all options.
    pub(super) all: TokenStream,
    /// The expression for the budget.
    pub(super) budget: TokenStream,
}

impl Options {
    pub(super) fn exprs(&self) -> Vec<&Expr> {
        let Self { attempts, backoff, when, budget } = self;
        let backoff = backoff.iter().flat_map(Backoff::exprs);
        attempts.iter().chain(backoff).chain(when).chain(budget).collect()
    }

    pub(super) fn rules(&self, output: &Output, expansion: &Expansion<'_>) -> Rules {
        let private = expansion.krate.private();
        let params = &expansion.params;
        let mut statements = TokenStream::new();
        let attempts =
            self.attempts.as_ref().map_or_else(|| quote!(1), |attempts| params.evaluate(attempts, |attempts| attempts));
        let [first, longest] = match &self.backoff {
            Some(backoff) => backoff.bounds().map(|bound| bound.evaluate(params)),
            None => [quote!(::core::time::Duration::ZERO), quote!(::core::time::Duration::ZERO)],
        };
        let mut policy = quote!(#private::RetryPolicy::new(#attempts, #first, #longest));
        let mut numbers = self.attempts.iter().chain(self.backoff.iter().flat_map(Backoff::exprs));
        if numbers.all(|expr| matches!(expr, Expr::Lit(_))) {
            policy = quote!(const { &#policy });
        } else {
            let name = hidden("policy");
            statements.extend(quote!(let #name = #policy;));
            policy = quote!(&#name);
        }
        let mut when = quote!(#private::retry_always);
        if let Some(expr) = &self.when {
            let name = hidden("when");
            let at = expr.span();
            let private = expansion.krate.private_at(at);
            let error = quote!(<#output as #private::RetryOutput>::Error);
            let function = params.evaluate(expr, |expr| quote_spanned!(at=> #private::retry_when::<#error, _>(#expr)));
            statements.extend(quote!(let #name = #function;));
            when = quote!(&#name);
        }
        let mut budget = quote!(::core::option::Option::None);
        if let Some(expr) = &self.budget {
            let name = hidden("budget");
            // A closure, so that the future does not store the address of a static.
            let place =
                params.evaluate(expr, |expr| quote_spanned!(expr.span()=> ::core::option::Option::Some(&#expr)));
            statements.extend(quote!(let #name = || #place;));
            budget = quote!(#name());
        }
        let all = quote!(#private::RetryRules { policy: #policy, when: #when, budget: #budget });
        Rules { statements, all, budget }
    }
}
