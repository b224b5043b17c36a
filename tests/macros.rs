// The macros' pipeline is a library of tokens to tokens: a test that wants to call it includes this file at its root.

#[path = "../macros/src/args/mod.rs"]
mod args;
#[path = "../macros/src/attributes/mod.rs"]
mod attributes;
#[path = "../macros/src/diagnostics.rs"]
mod diagnostics;
#[path = "../macros/src/emit/mod.rs"]
mod emit;
#[path = "../macros/src/item/mod.rs"]
mod item;
#[path = "../macros/src/krate.rs"]
mod krate;
#[path = "../macros/src/pipeline.rs"]
mod pipeline;
#[path = "../macros/src/rules.rs"]
mod rules;
#[path = "../macros/src/stack/mod.rs"]
mod stack;
#[path = "../macros/src/syntax/mod.rs"]
mod syntax;
