//! `span`, `fields(…)` and `metrics`: the observation of a call, on every interrupting attribute.
//!
//! ```text
//! let observation = span_of!(Observation::default(), "f", user = id);
//! let future = …;                            // the call, with everything that is around it
//! observe(observation, future)
//! ```

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::args::{Args, Form as ArgForm, Key};
use crate::diagnostics::{Error, Errors};
use crate::emit::Call;
use crate::emit::call::Form;
use crate::item::Function;
use crate::krate::Krate;
use crate::syntax::tokens::hidden;

pub(super) const SPAN: Key = Key { name: "span", form: ArgForm::Flag, usage: "span" };
pub(super) const FIELDS: Key = Key { name: "fields", form: ArgForm::List, usage: "fields(user = id)" };
pub(super) const METRICS: Key = Key { name: "metrics", form: ArgForm::Flag, usage: "metrics" };

#[derive(Default)]
pub(super) struct Observe {
    /// The fields of the span.
    span: Option<Vec<TokenStream>>,
    metrics: bool,
}

impl Observe {
    pub(super) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let fields_key = args.key_span("fields");
        let fields = args.list("fields", errors);
        let span = args.flag("span").map(|_| fields);
        if let (Some(key), None) = (fields_key, &span) {
            errors.push(Error::new(key, "`fields` needs `span`").help("write `span, fields(…)`"));
        }
        Self { span, metrics: args.flag("metrics").is_some() }
    }

    pub(super) fn is_asked(&self) -> bool {
        self.span.is_some() || self.metrics
    }

    /// Wraps the whole call. The fields are evaluated in front of it, while the parameters are
    /// available.
    pub(super) fn around(&self, call: Call, function: &Function, krate: &Krate) -> Call {
        let private = krate.private();
        let (output, span) = (function.output(), function.output().span());
        let name = function.name();
        let mut observation = quote!(#private::Observation::default());
        if let Some(fields) = &self.span {
            observation = quote!(#private::span_of!(#observation, #name #(, #fields)*));
        }
        if self.metrics {
            observation = quote!(#private::metrics_of!(#observation, #name));
        }
        let variable = hidden("observation");
        let form = if call.form == Form::Future { Form::Future } else { Form::OuterFuture };
        call.around(
            &output,
            &quote!(let #variable = #observation;),
            &TokenStream::new(),
            form,
            |future| quote_spanned!(span=> #private::observe(#variable, #future)),
        )
    }
}
