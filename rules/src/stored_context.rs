//! `stored_context`: a context that is stored in a struct. Documented in `docs/stored_context.md`.
//!
//! Modelled on `containedctx` for Go.

use syn::{Item, ItemStruct};

use crate::engine::function::ungroup;
use crate::engine::rule::{Finding, Findings};
use crate::walk::context::is_stored_context;
use crate::walk::module::Module;
use crate::walk::names::Names;

const NAME: &str = "stored_context";

/// Applies the rule `stored_context` to the structs of a module.
#[must_use]
pub fn check(items: &[Item], module: &Module<'_>) -> Vec<Finding> {
    let mut findings = Findings::of(NAME);
    let names = Names::of_module(module);
    for item in items {
        if let Item::Struct(item) = item {
            check_struct(item, &names, &mut findings);
        }
    }
    findings.into_vec()
}

fn check_struct(item: &ItemStruct, names: &Names<'_>, findings: &mut Findings) {
    for field in &item.fields {
        if is_stored_context(ungroup(&field.ty), names) {
            findings.add(
                &field.ty,
                format!("`{}` stores a context, but a context belongs to one call", item.ident),
                "take `ctx: &Context` in each method; a service that runs tasks stores a `TaskGroup`",
            );
        }
    }
}
