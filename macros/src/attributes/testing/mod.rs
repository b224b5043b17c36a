//! The parts that all test attributes share.

mod cases;
mod expand;
mod joins;
mod reader;
mod rewrite;
mod signature;
mod tasks;

pub(crate) use self::cases::{TestAttribute, run};
pub(crate) use self::expand::{run_many, run_once};
pub(crate) use self::reader::{MAX_POLLS, Reader};
pub(crate) use self::signature::should_panic;

use proc_macro2::TokenStream;
use quote::quote;
use syn::FnArg;

use crate::diagnostics::{Error, Errors};
use crate::item::Body;
use crate::item::Function;
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rules::Allowed;

use self::rewrite::Points;

/// Adds decision points before the `.await`s of the body, and tracks its tasks. A body that does
/// not parse stays unchanged.
pub(crate) fn instrument(function: &mut Function, krate: &Krate) {
    rewrite(function, krate, Points::Awaits);
}

/// Tracks the tasks of the body, and changes nothing else.
pub(crate) fn track_spawns(function: &mut Function, krate: &Krate) {
    rewrite(function, krate, Points::None);
}

fn rewrite(function: &mut Function, krate: &Krate, points: Points) {
    if let Some(body) = &function.body
        && let Some(block) = rewrite::block(body.block(), krate, points)
    {
        function.body = Some(Body::new(block, function.sig.asyncness.is_some()));
    }
}

/// The imports that [`instrument`]ed code needs.
pub(crate) fn imports(krate: &Krate) -> TokenStream {
    let private = krate.private();
    quote!(#[allow(unused_imports)] use #private::{
        ViaAnyFuture as _, ViaArgument as _, ViaFuture as _, ViaHandle as _, ViaJoinSet as _, ViaNoJoinSet as _, ViaOther as _,
        ViaSpawner as _,
    };)
}

/// Reports functions that cannot be a test.
pub(crate) fn check<A: Attribute>(function: &Function, allowed: &Allowed, errors: &mut Errors) {
    if let Some(name) = allowed.first() {
        let error =
            Error::new(name, format!("the rules do not apply to a test, so `#[{}]` has no `allow(…)`", A::NAME));
        errors.push(error.help("remove it"));
    }
    if !function.is_async() {
        let error = Error::new(
            function.sig.fn_token,
            format!("`#[{}]` needs an `async fn`, and `{}` is not one", A::NAME, function.name()),
        );
        errors.push(error.help("write `async fn`, or the `#[test]` of the standard library"));
    }
    let name = function.name();
    let extra =
        function.sig.inputs.iter().enumerate().find(|(index, input)| *index > 0 || matches!(input, FnArg::Receiver(_)));
    if let Some((_, extra)) = extra {
        let error = Error::new(extra, "a test takes at most one parameter, the context");
        errors.push(error.help(format!("write `async fn {name}()` or `async fn {name}(ctx: Context)`")));
    }
    if !function.sig.generics.params.is_empty() {
        let error = Error::new(&function.sig.generics, "a test cannot be generic");
        errors.push(error.help("move the code to a generic function, and call it from a test for each type"));
    }
    for attr in function.attrs.iter().filter(|attr| is_test(attr)) {
        let error = Error::new(attr.path(), format!("`#[{}]` already makes this function a test", A::NAME));
        errors.push(error.help("remove this attribute"));
    }
    for attr in function.attrs.iter().filter(|attr| needs_async_fn(attr)) {
        let error = Error::new(
            attr.path(),
            format!("this attribute needs an `async fn`, and `#[{}]` above makes it a plain `fn`", A::NAME),
        );
        errors.push(error.help("move it to a function that the test calls"));
    }
}

/// Returns whether the attribute is a `#[test]` of any crate.
fn is_test(attr: &syn::Attribute) -> bool {
    let last = attr.path().segments.last();
    last.is_some_and(|last| last.ident == "test" || last.ident == "race_test" || last.ident == "cancel_test")
}

/// Returns whether the attribute requires an `async fn`.
fn needs_async_fn(attr: &syn::Attribute) -> bool {
    const ATTRIBUTES: [&str; 3] = ["cancellable", "with_timeout", "worker_pool"];
    attr.path().segments.last().is_some_and(|last| ATTRIBUTES.iter().any(|name| last.ident == name))
}

/// The function to emit beside errors: without `#[test]`, which would report an `async fn`.
pub(crate) fn fall_back(function: &Function) -> TokenStream {
    let mut tokens = quote!(#[allow(dead_code)]);
    tokens.extend(function.to_tokens());
    tokens
}
