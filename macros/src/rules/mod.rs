//! The rules: what an annotated body must not do. One file a rule.

use proc_macro2::{Ident, TokenStream};

use crate::args::{Args, nearest};
use crate::diagnostics::{Error, Errors};

pub(crate) mod context_first;

/// Every rule's name: of its file, its fixture, its page, its key in `allow(…)` and its message.
pub(crate) const NAMES: &[&str] = &[
    "context_first",
    "fresh_context",
    "nested_context",
    "dropped_canceller",
    "endless_loop",
    "no_await",
    "detached_task",
    "blocking_call",
    "unbounded_channel",
    "lock_across_await",
    "busy_wait",
    "swallowed_cancellation",
    "select_cancel_unsafe",
];

/// The rules that `allow(…)` silences, and the attribute that it stands in.
pub(crate) struct Allowed {
    pub(crate) attribute: &'static str,
    names: Vec<Ident>,
}

impl Allowed {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let items = args.list("allow", errors);
        let names = items.into_iter().filter_map(|item| name(item, errors)).collect();
        Self { attribute: args.attribute, names }
    }

    pub(crate) fn contains(&self, rule: &str) -> bool {
        self.names.iter().any(|name| name == rule)
    }
}

fn name(item: TokenStream, errors: &mut Errors) -> Option<Ident> {
    let Ok(name) = syn::parse2::<Ident>(item.clone()) else {
        errors.push(Error::new(item, "`allow(…)` takes the names of rules").help(known()));
        return None;
    };
    if NAMES.iter().any(|known| name == known) {
        return Some(name);
    }
    let error = Error::new(&name, format!("there is no rule `{name}`"));
    errors.push(match nearest(&name.to_string(), NAMES.iter().copied()) {
        Some(meant) => error.help(format!("did you mean `{meant}`? {}", known())),
        None => error.help(known()),
    });
    None
}

fn known() -> String {
    let names: Vec<_> = NAMES.iter().map(|name| format!("`{name}`")).collect();
    format!("the rules are {}", names.join(", "))
}
