//! Test attributes combined with attributes that make several tests of one function.
//!
//! Below such an attribute, ours expands for each case, which calls the user's function. Above it,
//! ours moves below it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::args::Args;
use crate::diagnostics::Errors;
use crate::item::Function;
use crate::krate::Krate;
use crate::pipeline::{self, Attribute};

/// An attribute that makes a test.
pub(crate) trait TestAttribute: Attribute {
    /// Changes the body, and returns the imports that the new body needs.
    fn prepare(function: &mut Function, krate: &Krate) -> TokenStream;
}

pub(crate) fn run<A: TestAttribute>(args: TokenStream, item: TokenStream) -> TokenStream {
    match syn::parse2::<Function>(item.clone()) {
        Ok(function) if function.attrs.iter().any(|attr| case_macro(attr).is_some()) => below::<A>(&args, function),
        _ => pipeline::run::<A>(args, item),
    }
}

fn below<A: TestAttribute>(args: &TokenStream, mut function: Function) -> TokenStream {
    // Errors are reported for each case, by the moved attribute.
    let mut errors = Errors::default();
    let krate = Krate::parse(&mut Args::parse::<A>(args.clone(), &mut errors), &mut errors);
    let imports = A::prepare(&mut function, &krate);
    let Function { attrs, vis, sig, body, .. } = &function;
    let body = body.as_ref().map(|body| body.prefixed(&imports));
    let name = format_ident!("{}", name::<A>());
    let attribute = quote!(#krate::#name(#args));
    // `rstest` recognises only attributes named `test` by itself.
    let attribute = if name != "test" && attrs.iter().any(|attr| case_macro(attr) == Some(CaseMacro::Rstest)) {
        quote!(#[test_attr(#attribute)])
    } else {
        quote!(#[#attribute])
    };
    quote!(#(#attrs)* #attribute #vis #sig #body)
}

/// The attribute's name, without the path.
pub(super) fn name<A: TestAttribute>() -> &'static str {
    A::NAME.rsplit("::").next().unwrap_or(A::NAME)
}

/// A macro that makes several tests of one function, each without arguments.
#[derive(Clone, Copy, PartialEq)]
enum CaseMacro {
    Rstest,
    TestCase,
}

fn case_macro(attr: &syn::Attribute) -> Option<CaseMacro> {
    match attr.path().segments.last()?.ident.to_string().as_str() {
        "rstest" | "apply" => Some(CaseMacro::Rstest),
        "test_case" | "test_matrix" => Some(CaseMacro::TestCase),
        _ => None,
    }
}
