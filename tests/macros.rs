// The macros' pipeline is a library of tokens to tokens: a test that wants to call it includes this file at its root.

#[path = "../macros/src/args/mod.rs"]
mod args;
#[path = "../macros/src/attributes/mod.rs"]
mod attributes;
#[path = "../macros/src/diagnostics.rs"]
mod diagnostics;
#[path = "../macros/src/function.rs"]
mod function;
#[path = "../macros/src/krate.rs"]
mod krate;
#[path = "../macros/src/output.rs"]
mod output;
#[path = "../macros/src/params.rs"]
mod params;
#[path = "../macros/src/pipeline.rs"]
mod pipeline;
#[path = "../macros/src/rewrite/mod.rs"]
mod rewrite;
#[path = "../macros/src/rules.rs"]
mod rules;
