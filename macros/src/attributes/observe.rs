//! `span`, `fields(…)` and `metrics`: the observation of a call, an option of every attribute on
//! an `async fn`. It wraps the whole call, in any order of the attributes.
//!
//! ```text
//! let observation = span_of!(Observation::default(), "f", user = id);
//! let future = …;                            // the call, with everything that is around it
//! observe(observation, EndProbe::of(&future).has_failed(), future)
//! ```

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;

use crate::args::{Args, Key};
use crate::diagnostics::{Error, Errors};
use crate::emit::call::Form;
use crate::emit::{Call, Params};
use crate::item::Function;
use crate::krate::Krate;
use crate::syntax::tokens::hidden;

pub(crate) const SPAN: Key = Key::flag("span");
pub(crate) const FIELDS: Key = Key::list("fields", "fields(user = id)");
pub(crate) const METRICS: Key = Key::flag("metrics");

#[derive(Default)]
pub(crate) struct Observe {
    span: Option<Span>,
    metrics: Option<Ident>,
}

struct Span {
    key: Ident,
    fields: Vec<TokenStream>,
}

impl Observe {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let fields_key = args.key_span(FIELDS);
        let fields = args.list(FIELDS, errors);
        let span = args.flag(SPAN).map(|key| Span { key, fields });
        if let (Some(key), None) = (fields_key, &span) {
            errors.push(Error::new(key, "`fields` needs `span`").help("write `span, fields(…)`"));
        }
        Self { span, metrics: args.flag(METRICS) }
    }

    /// Adds the options of the next inner attribute. A call has one span.
    pub(crate) fn or(&mut self, inner: Self, errors: &mut Errors) {
        if let (Some(_), Some(second)) = (&self.span, &inner.span) {
            let error = Error::new(&second.key, "a second span for the same call");
            errors.push(error.help("a call has one span, whatever its attributes are: remove one of the two"));
        }
        self.span = self.span.take().or(inner.span);
        self.metrics = self.metrics.take().or(inner.metrics);
    }

    /// `has_pool`: the pool's sizes can be measured without its calls.
    pub(crate) fn check(&self, function: &Function, has_pool: bool, errors: &mut Errors) {
        if function.body.is_none() || function.is_async() {
            return;
        }
        let name = function.name();
        if let Some(Span { key, .. }) = &self.span {
            let error = Error::new(key, format!("`span` is about an awaited call, and `{name}` is a plain `fn`"));
            errors.push(error.help(format!("write `#[tracing::instrument]` on `{name}` in the place of `span`")));
        }
        if let (Some(key), false) = (&self.metrics, has_pool) {
            let error = Error::new(key, format!("`metrics` is about awaited calls, and `{name}` is a plain `fn`"));
            errors.push(error.help("put it on the `async fn` that calls it, or remove it"));
        }
    }

    pub(crate) fn has_metrics(&self) -> bool {
        self.metrics.is_some()
    }

    /// `true` if calls of the function are observed.
    pub(crate) fn is_about(&self, function: &Function) -> bool {
        function.is_async() && (self.span.is_some() || self.metrics.is_some())
    }

    /// The expression for the observation, over the parameters; `None` without such options.
    pub(crate) fn expr(&self, function: &Function, krate: &Krate) -> Option<Expr> {
        let private = krate.private();
        let name = function.name();
        let mut observation = None;
        if let Some(Span { fields, .. }) = &self.span {
            let none = quote!(#private::Observation::default());
            observation = Some(quote!(#private::span_of!(#none, #name #(, #fields)*)));
        }
        if self.metrics.is_some() {
            let inner = observation.unwrap_or_else(|| quote!(#private::Observation::default()));
            observation = Some(quote!(#private::metrics_of!(#inner, #name)));
        }
        observation.map(|observation| syn::parse_quote!(#observation))
    }
}

/// Wraps the whole call. The fields are evaluated in front of it, while the parameters are
/// available.
pub(crate) fn around(call: Call, observation: &Expr, function: &Function, params: &Params, krate: &Krate) -> Call {
    let observation = params.evaluate(observation, |observation| observation);
    let (output, span) = (function.output(), function.output().span());
    let private = krate.private();
    let at = krate.private_at(span);
    let variable = hidden("observation");
    let form = if call.form == Form::Future { Form::Future } else { Form::OuterFuture };
    let statements = quote!(
        #[allow(unused_imports)]
        use #private::{ViaAnyEnd as _, ViaOptionEnd as _, ViaResultEnd as _};
        let #variable = #observation;
    );
    call.around(&output, &statements, &TokenStream::new(), form, |future| {
        let has_failed = quote_spanned!(span=> (&#at::EndProbe::of(&#future)).has_failed());
        quote_spanned!(span=> #at::observe(#variable, #has_failed, #future))
    })
}
