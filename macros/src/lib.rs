//! Attribute macros of taskward, which re-exports and documents them.
#![forbid(unsafe_code)]

use proc_macro::TokenStream;

mod args;
mod attributes;
mod diagnostics;
mod emit;
mod item;
mod krate;
mod pipeline;
mod rules;
mod stack;
mod syntax;

use self::stack::Kind;

/// Snapshots of the expansions.
#[cfg(test)]
#[path = "../expand/mod.rs"]
mod expand;

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn cancel_test(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::testing::run::<attributes::CancelTest>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn cancellable(args: TokenStream, item: TokenStream) -> TokenStream {
    stack::run(Kind::Cancellable, args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn enforce(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::enforce::run(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn lazy(args: TokenStream, item: TokenStream) -> TokenStream {
    stack::run(Kind::Lazy, args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<attributes::Main>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn once(args: TokenStream, item: TokenStream) -> TokenStream {
    stack::run(Kind::Once, args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn race_test(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::testing::run::<attributes::RaceTest>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn retry(args: TokenStream, item: TokenStream) -> TokenStream {
    stack::run(Kind::Retry, args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::testing::run::<attributes::Test>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn single_flight(args: TokenStream, item: TokenStream) -> TokenStream {
    stack::run(Kind::SingleFlight, args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn with_timeout(args: TokenStream, item: TokenStream) -> TokenStream {
    stack::run(Kind::WithTimeout, args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn worker_pool(args: TokenStream, item: TokenStream) -> TokenStream {
    stack::run(Kind::WorkerPool, args.into(), item.into()).into()
}

/// Marks a function that has expanded, for attributes that expand later.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn __expanded(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
