//! Facts from a function's attributes.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Ident, Meta};

use crate::engine::function::Role;

/// Attributes of taskward that interrupt a body.
const INTERRUPTING: [&str; 4] = ["cancellable", "with_timeout", "retry", "worker_pool"];

pub(crate) fn role(attrs: &[Attribute]) -> Role {
    if attrs.iter().any(|attr| is_called(attr, "main")) {
        return Role::Main;
    }
    let ours: Vec<_> = attrs.iter().filter(|attr| INTERRUPTING.iter().any(|name| is_called(attr, name))).collect();
    match () {
        () if ours.is_empty() => Role::Plain,
        () if ours.iter().any(|attr| arguments(attr).into_iter().any(|token| is_word(&token, "grace"))) => {
            Role::Graceful
        }
        () => Role::Interrupted,
    }
}

/// `#[test]`, `#[tokio::test]`, `#[rstest]`, `#[bench]`
pub(crate) fn is_test(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let name = attr.path().segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        name == "test" || name == "bench" || name == "rstest" || name.ends_with("_test") || name.starts_with("test_")
    })
}

pub(crate) fn is_called(attr: &Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == name)
}

/// The rules in `allow(…)` of an attribute of taskward.
pub(crate) fn allowed(attrs: &[Attribute]) -> Vec<String> {
    const OURS: [&str; 11] = [
        "cancellable",
        "with_timeout",
        "retry",
        "worker_pool",
        "once",
        "lazy",
        "single_flight",
        "main",
        "test",
        "enforce",
        "race_test",
    ];
    let ours = attrs.iter().filter(|attr| OURS.iter().any(|name| is_called(attr, name)));
    ours.flat_map(|attr| names(arguments(attr))).collect()
}

fn arguments(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}

/// The names in `allow(a, b)`.
fn names(tokens: TokenStream) -> Vec<String> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let lists = tokens.windows(2).filter_map(|pair| match pair {
        [word, TokenTree::Group(list)] if is_word(word, "allow") => Some(list.stream()),
        _ => None,
    });
    let words = lists.flatten().filter_map(|token| match token {
        TokenTree::Ident(name) => Some(Ident::to_string(&name)),
        _ => None,
    });
    words.collect()
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}
