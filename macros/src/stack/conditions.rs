//! Conditions that the compiler has not evaluated when the first attribute expands.
//!
//! ```text
//! #[retry] #[cfg_attr(C, once)]     #[cfg_attr(C, retry, once)] #[cfg_attr(not(C), retry)]
//! #[retry] fn f(#[cfg(C)] n: u8)    #[cfg(C)] #[retry] fn f(n: u8)  and  #[cfg(not(C))] #[retry] fn f()
//! ```

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Meta, Path, Token};

use super::siblings::Sibling;
use crate::item::Function;

/// Rewrites the item so that it expands again after the compiler has evaluated the conditions.
/// Returns `None` if there are none.
pub(super) fn resolve(first: &Sibling, function: &Function, krate: Option<&Path>) -> Option<TokenStream> {
    attributes(first, function, krate).or_else(|| parameters(first, function, krate))
}

/// Moves the attributes of taskward in front of a conditional one under the condition as well, so
/// that their order is kept.
fn attributes(first: &Sibling, function: &Function, krate: Option<&Path>) -> Option<TokenStream> {
    let is_ours = |meta: &Meta| Sibling::of_meta(meta, krate).is_some();
    let (at, (condition, metas)) = function.attrs.iter().enumerate().find_map(|(at, attr)| {
        conditional(attr).filter(|(_, metas)| metas.iter().any(is_ours)).map(|found| (at, found))
    })?;
    let (ours, theirs): (Vec<_>, Vec<_>) = metas.into_iter().partition(is_ours);
    let mut function = function.clone();
    let rest = function.attrs.split_off(at + 1);
    function.attrs.pop();
    let (before, between): (Vec<_>, Vec<_>) = function.attrs.into_iter().partition(|attr| is_ours(&attr.meta));
    let first = first.to_attribute(krate);
    let before = before.iter().map(|attr| &attr.meta);
    let always = quote!(#first #(, #before)*);
    let theirs = (!theirs.is_empty()).then(|| quote!(#[cfg_attr(#condition, #(#theirs),*)]));
    function.attrs = Vec::new();
    let item = function.to_tokens();
    Some(quote! {
        #[cfg_attr(#condition, #always #(, #ours)*)]
        #[cfg_attr(not(#condition), #always)]
        #(#between)* #theirs #(#rest)* #item
    })
}

/// The condition and the attributes of a `cfg_attr`.
fn conditional(attr: &Attribute) -> Option<(Meta, Vec<Meta>)> {
    let list = attr.meta.require_list().ok().filter(|list| list.path.is_ident("cfg_attr"))?;
    let metas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()).ok()?;
    let mut metas = metas.into_iter();
    Some((metas.next()?, metas.collect()))
}

/// Emits two functions for a parameter under a condition.
fn parameters(first: &Sibling, function: &Function, krate: Option<&Path>) -> Option<TokenStream> {
    let attrs = |input: &FnArg| match input {
        FnArg::Receiver(receiver) => receiver.attrs.clone(),
        FnArg::Typed(param) => param.attrs.clone(),
    };
    let is_condition = |attr: &Attribute| attr.path().is_ident("cfg");
    let (at, condition) = function
        .sig
        .inputs
        .iter()
        .enumerate()
        .find_map(|(at, input)| attrs(input).into_iter().find(is_condition).map(|attr| (at, attr)))?;
    let condition = condition.meta.require_list().ok()?.tokens.clone();
    let (mut with, mut without) = (function.clone(), function.clone());
    if let Some(FnArg::Typed(param)) = with.sig.inputs.iter_mut().nth(at) {
        let cfg = param.attrs.iter().position(is_condition)?;
        param.attrs.remove(cfg);
    }
    let mut index = 0;
    without.sig.inputs = without
        .sig
        .inputs
        .into_pairs()
        .filter(|_| {
            index += 1;
            index - 1 != at
        })
        .collect();
    let first = first.to_attribute(krate);
    let [with, without] = [with.to_tokens(), without.to_tokens()];
    Some(quote! {
        #[cfg(#condition)] #[#first] #with
        #[cfg(not(#condition))] #[#first] #without
    })
}

/// Returns whether an attribute, or one under a condition, has one of the names, under any path.
pub(crate) fn is_called(attr: &Attribute, names: &[&str]) -> bool {
    let is_it =
        |meta: &Meta| meta.path().segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name));
    match conditional(attr) {
        Some((_, metas)) => metas.iter().any(is_it),
        None => is_it(&attr.meta),
    }
}
