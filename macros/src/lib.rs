//! Attribute macros of [taskward](https://docs.rs/taskward), which re-exports and documents them.
#![forbid(unsafe_code)]

use proc_macro::TokenStream;

mod args;
mod attributes;
mod diagnostics;
mod function;
mod krate;
mod output;
mod params;
mod pipeline;
mod rewrite;
mod rules;

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn cancel_test(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::testing::run::<attributes::CancelTest>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn cancellable(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<attributes::Cancellable>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn enforce(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::enforce::run(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn lazy(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<attributes::Lazy>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<attributes::Main>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn once(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<attributes::Once>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn race_test(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::testing::run::<attributes::RaceTest>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::testing::run::<attributes::Test>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn single_flight(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<attributes::SingleFlight>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn with_timeout(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<attributes::WithTimeout>(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `taskward` re-exports it")]
#[proc_macro_attribute]
pub fn worker_pool(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<attributes::WorkerPool>(args.into(), item.into()).into()
}
