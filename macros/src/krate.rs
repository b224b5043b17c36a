//! The path of the runtime crate in generated code.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

use crate::args::{Args, Key};
use crate::diagnostics::Errors;

/// `::taskward`, or the path of `crate = path`.
#[derive(Default)]
pub(crate) struct Krate {
    path: Option<Path>,
}

impl Krate {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let mut path = args.value(Key::CRATE, errors, Path::parse_mod_style);
        // The span is that of `::taskward`: otherwise, a message about code between the user's
        // tokens and the path would span everything in between. `$crate` depends on its span.
        for segment in path.iter_mut().flat_map(|path| &mut path.segments).filter(|segment| segment.ident != "$crate") {
            segment.ident.set_span(Span::call_site());
        }
        Self { path }
    }

    /// Takes the path of `other` if there is none yet.
    pub(crate) fn or(&mut self, other: Self) {
        if self.path.is_none() {
            self.path = other.path;
        }
    }

    /// The module that generated code calls.
    pub(crate) fn private(&self) -> TokenStream {
        quote!(#self::__private)
    }

    /// The module that generated code calls, with `span` for errors and for the caller's location.
    pub(crate) fn private_at(&self, span: Span) -> TokenStream {
        let Some(mut path) = self.path.clone() else { return quote_spanned!(span=> ::taskward::__private) };
        // A span of the expansion would make the attribute the caller's location. `$crate` depends
        // on its span.
        for segment in path.segments.iter_mut().filter(|segment| segment.ident != "$crate") {
            segment.ident.set_span(span);
        }
        quote_spanned!(span=> #path::__private)
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.path {
            Some(path) => path.to_tokens(tokens),
            None => tokens.extend(quote!(::taskward)),
        }
    }
}
