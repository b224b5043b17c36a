//! `#[enforce]`: applies every rule to every function of an inline `mod`, an `impl` or a `trait`,
//! and requires an interrupting attribute on each `async fn` that waits.
//!
//! The item itself is emitted unchanged.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, Item, ItemFn, ItemMod, Signature, TraitItemFn};
use taskward_rules::{Finding, Module};

use crate::args::{Args, Key, Keys};
use crate::diagnostics::{Error, Errors};
use crate::item::function::keyword;
use crate::krate::Krate;
use crate::rules::{self, Allowed};
use crate::stack::conditions::is_called;

pub(crate) struct Enforce;

impl Keys for Enforce {
    const NAME: &'static str = "enforce";
    const KEYS: &'static [Key] = &[];
}

pub(crate) fn run(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut args = Args::parse::<Enforce>(args, &mut errors);
    Krate::parse(&mut args, &mut errors);
    let allowed = Allowed::parse(&mut args, &mut errors);
    args.refuse_positional("write `allow(rule, …)`", &mut errors);
    match syn::parse2::<Item>(item.clone()) {
        Ok(container @ (Item::Mod(_) | Item::Impl(_) | Item::Trait(_))) => {
            Enforcer { allowed: &allowed, errors: &mut errors, module: None }.visit_item(&container);
        }
        Ok(other) => errors.push(
            Error::new(
                keyword(&item).map_or_else(|| other.to_token_stream(), ToTokens::into_token_stream),
                "`#[enforce]` needs an inline `mod`, an `impl` or a `trait`",
            )
            .help("on a function, write `#[cancellable]`"),
        ),
        // The item is half typed, or a method that the compiler passes without its `impl`.
        Err(_) => {}
    }
    errors.emit_before(item)
}

struct Enforcer<'e> {
    allowed: &'e Allowed,
    errors: &'e mut Errors,
    /// The items around the function, if they are visible: those of an inline `mod`.
    module: Option<&'e Module<'static>>,
}

impl Enforcer<'_> {
    fn function(&mut self, attrs: &[Attribute], sig: &Signature, block: &Block) {
        // Tests and `main` have no caller that could pass a context.
        if attrs.iter().any(|attr| is_called(attr, &["test", "main", "race_test", "cancel_test"])) {
            return;
        }
        let mut findings = Vec::new();
        if !attrs.iter().any(|attr| is_called(attr, &INTERRUPTING)) {
            findings.extend(taskward_rules::check_missing_attribute(sig, block));
        }
        // The other attributes of taskward run the rules themselves, with their own `allow(…)`.
        let runs_rules = |attr| is_called(attr, &INTERRUPTING) || is_called(attr, &MEMOIZING);
        if !attrs.iter().any(runs_rules) {
            let described = taskward_rules::Function::new(sig);
            findings.extend(taskward_rules::check(&described, block.clone(), self.module, |_| true));
        }
        self.report(findings);
    }

    fn report(&mut self, findings: Vec<Finding>) {
        for finding in findings.into_iter().filter(|finding| !self.allowed.contains(finding.rule)) {
            self.errors.report(rules::error(finding, self.allowed));
        }
    }
}

/// Attributes that interrupt a body.
const INTERRUPTING: [&str; 4] = ["cancellable", "with_timeout", "retry", "worker_pool"];

/// Attributes that keep the value of a body.
const MEMOIZING: [&str; 3] = ["once", "lazy", "single_flight"];

impl<'a> Visit<'a> for Enforcer<'_> {
    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        let Some((_, items)) = &item.content else { return };
        let module = Module::of(items);
        self.report(taskward_rules::check_stored_context(items, &module));
        let mut inner = Enforcer { allowed: self.allowed, errors: &mut *self.errors, module: Some(&module) };
        for item in items {
            inner.visit_item(item);
        }
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.attrs, &item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}
