//! Snapshots of the expansions.
//!
//! `UPDATE_EXPECT=1 cargo test -p taskward-macros` updates `snapshots/`.

use std::fmt::Write;

use expect_test::ExpectFile;
use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::args::Keys;
use crate::attributes::{
    CancelTest, Cancellable, Lazy, Main, Once, RaceTest, Retry, SingleFlight, Test, WithTimeout, WorkerPool,
};
use crate::stack::Kind;
use crate::{pipeline, stack};

mod editors;
mod entries;
mod interrupt;
mod memo;
mod pools;

/// Runs an attribute as the compiler does.
trait Expand: Keys {
    fn run(args: TokenStream, item: TokenStream) -> TokenStream;
}

macro_rules! attributes {
    ([$($stacked:ident)*] [$($alone:ident)*]) => {
        $(impl Expand for $stacked {
            fn run(args: TokenStream, item: TokenStream) -> TokenStream {
                stack::run(Kind::$stacked, args, item)
            }
        })*
        $(impl Expand for $alone {
            fn run(args: TokenStream, item: TokenStream) -> TokenStream {
                pipeline::run::<Self>(args, item)
            }
        })*
    };
}

attributes! {
    [Cancellable Lazy Once Retry SingleFlight WithTimeout WorkerPool]
    [CancelTest Main RaceTest Test]
}

fn expand<A: Expand>(args: &str, item: &str) -> TokenStream {
    A::run(args.parse().unwrap(), item.parse().unwrap())
}

fn pretty(tokens: &TokenStream) -> String {
    match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        // Half-typed code does not parse, so it is not formatted.
        Err(_) => format!("{tokens}\n"),
    }
}

/// Writes each case followed by its expansion.
fn snapshot<A: Expand>(expected: &ExpectFile, cases: &[(&str, &str)]) {
    let mut all = String::new();
    for (args, item) in cases {
        let args = if args.is_empty() { String::new() } else { format!("({args})") };
        writeln!(all, "// #[{}{args}]", A::NAME).unwrap();
        for line in item.lines() {
            writeln!(all, "// {line}").unwrap();
        }
        writeln!(all, "\n{}", pretty(&expand::<A>(args.trim_matches(['(', ')']), item))).unwrap();
    }
    expected.assert_eq(all.trim_end());
}

/// Expands an item with several attributes of taskward as the compiler does: the first written
/// expands first, and sees the others. Also returns the errors.
fn fully(item: &str) -> (TokenStream, String) {
    let mut errors = String::new();
    let mut item: TokenStream = item.parse().unwrap();
    loop {
        let mut function = None;
        for part in syn::parse2::<syn::File>(item.clone()).unwrap().items {
            match part {
                syn::Item::Fn(it) => function = Some(it),
                error => errors += &error.to_token_stream().to_string(),
            }
        }
        let mut function = function.unwrap();
        if function.attrs.is_empty() {
            return (function.into_token_stream(), errors);
        }
        let first = function.attrs.remove(0);
        let args = first.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default();
        let rest = function.into_token_stream();
        item = match first.path().segments.last().unwrap().ident.to_string().as_str() {
            "cancellable" => Cancellable::run(args, rest),
            "with_timeout" => WithTimeout::run(args, rest),
            "retry" => Retry::run(args, rest),
            "lazy" => Lazy::run(args, rest),
            "once" => Once::run(args, rest),
            "single_flight" => SingleFlight::run(args, rest),
            other => panic!("{other}"),
        };
    }
}

/// Expands the item with each of the attribute lists and compares the result with a snapshot.
fn stacked(expected: &ExpectFile, attributes: &[&str], item: &str, shorten: impl Fn(TokenStream) -> TokenStream) {
    let mut all = String::new();
    for attributes in attributes {
        let expansion = pretty(&shorten(fully(&format!("{attributes} {item}")).0));
        writeln!(all, "// {attributes}\n// {item}\n\n{expansion}").unwrap();
    }
    expected.assert_eq(all.trim_end());
}
