//! The rules: what an annotated body must not do. One file a rule.

use proc_macro2::{Ident, TokenStream};

use crate::args::{Args, nearest};
use crate::diagnostics::{Error, Errors};
use crate::function::Function;

mod blocking_call;
mod busy_wait;
pub(crate) mod context_first;
mod detached_task;
mod dropped_canceller;
mod endless_loop;
mod fresh_context;
mod lock_across_await;
mod nested_context;
mod no_await;
mod select_cancel_unsafe;
mod swallowed_cancellation;
mod unbounded_channel;
mod walk;

use self::walk::code::{Code, Findings};

/// A rule about bodies.
struct Rule {
    name: &'static str,
    check: fn(&Code, &mut Findings),
}

/// In the order in which they report.
const RULES: [Rule; 12] = [
    fresh_context::RULE,
    nested_context::RULE,
    dropped_canceller::RULE,
    endless_loop::RULE,
    detached_task::RULE,
    blocking_call::RULE,
    unbounded_channel::RULE,
    lock_across_await::RULE,
    busy_wait::RULE,
    swallowed_cancellation::RULE,
    select_cancel_unsafe::RULE,
    no_await::RULE,
];

/// What `main` may do. It is nobody's callee: nothing waits for it while it starts, and an interruption ends with it.
const NOT_IN_MAIN: [&str; 3] = [blocking_call::RULE.name, swallowed_cancellation::RULE.name, no_await::RULE.name];

/// Runs all rules about bodies, and reports what they find.
pub(crate) fn check(function: &Function, allowed: &Allowed, errors: &mut Errors) {
    let code = Code::of(function);
    run(code, |rule| !allowed.contains(rule), allowed.attribute, errors);
}

/// The same for the body of `main`.
pub(crate) fn check_main(function: &Function, allowed: &Allowed, errors: &mut Errors) {
    let code = Code::of(function).map(Code::of_main);
    run(code, |rule| !allowed.contains(rule) && !NOT_IN_MAIN.contains(&rule), allowed.attribute, errors);
}

fn run(code: Option<Code>, applies: impl Fn(&str) -> bool, attribute: &str, errors: &mut Errors) {
    let Some(code) = code else { return };
    for rule in RULES.iter().filter(|rule| applies(rule.name)) {
        // What blocks, or spins, is to await something: one error for one reason.
        if rule.name == no_await::RULE.name && !errors.is_empty() {
            continue;
        }
        let mut findings = Findings::default();
        (rule.check)(&code, &mut findings);
        for (at, what, help) in findings.0 {
            errors.find(Error::new(at, what).help(help).rule(rule.name, attribute));
        }
    }
}

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
