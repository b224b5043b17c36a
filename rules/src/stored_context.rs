//! `stored_context`: a context that is kept in a struct. Its page is `docs/stored_context.md`.
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
                format!("`{}` keeps a context, which is that of one call: later calls have another", item.ident),
                "take `ctx: &Context` in each method; a service that has tasks of its own keeps a `TaskGroup`",
            );
        }
    }
}
