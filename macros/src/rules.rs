//! Applies the rules of `taskward-rules` to the annotated function.

use proc_macro2::{Ident, TokenStream};
use taskward_rules::{Finding, NAMES, Role};

use crate::args::{Args, Key, nearest};
use crate::diagnostics::{Error, Errors};
use crate::item::Function;
use crate::item::body::Body;

pub(crate) mod context_first {
    pub(crate) use taskward_rules::is_called_context;

    use syn::Type;

    use super::{Allowed, Error, Errors, Function, error};
    use crate::syntax::types::ungroup;

    /// Reports a context parameter that is missing or not the first.
    pub(crate) fn check(function: &Function, allowed: &Allowed, errors: &mut Errors) {
        if allowed.contains("context_first") {
            return;
        }
        for finding in taskward_rules::check_context_first(&function.for_rules()) {
            errors.push(error(finding, allowed));
        }
        if let Some(first) = function.params().next()
            && let (Type::Reference(reference), true) = (ungroup(&first.ty), is_called_context(&first.ty))
            && reference.mutability.is_some()
        {
            let error = Error::new(&first.ty, "a context cannot be borrowed mutably");
            errors.push(error.help("write `&Context`"));
        }
    }
}

/// Reports violations of the rules that apply to `main`.
pub(crate) fn check_main(function: &Function, allowed: &Allowed, errors: &mut Errors) {
    check(&function.for_rules().role(Role::Main), function, |_| true, allowed, errors);
}

/// Reports violations in the body of `described`.
pub(crate) fn check(
    described: &taskward_rules::Function<'_>,
    function: &Function,
    applies: impl Fn(&str) -> bool,
    allowed: &Allowed,
    errors: &mut Errors,
) {
    // The compiler reports a body that does not parse.
    let Some(body) = function.body.as_ref().and_then(Body::parsed) else { return };
    // `no_await` adds nothing to a body that has other errors.
    let has_errors = !errors.is_empty();
    let applies = |rule: &str| applies(rule) && !(allowed.contains(rule) || has_errors && rule == "no_await");
    for finding in taskward_rules::check(described, body.clone(), None, applies) {
        errors.report(error(finding, allowed));
    }
}

pub(crate) fn error(finding: Finding, allowed: &Allowed) -> Error {
    Error::new(finding.at, finding.message).help(finding.help).rule(finding.rule, allowed.attribute)
}

impl Function {
    /// The function in the form that the rules expect.
    pub(crate) fn for_rules(&self) -> taskward_rules::Function<'_> {
        let mut function = taskward_rules::Function::new(&self.sig);
        function.is_async = self.is_async();
        function
    }
}

/// The rules that `allow(…)` silences, and the attribute that contains it.
#[derive(Default)]
pub(crate) struct Allowed {
    pub(crate) attribute: &'static str,
    names: Vec<Ident>,
}

impl Allowed {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let items = args.list(Key::ALLOW, errors);
        let names = items.into_iter().filter_map(|item| name(item, errors)).collect();
        Self { attribute: args.attribute, names }
    }

    /// Adds the rules that another attribute of the same function allows. Messages name an
    /// attribute that runs the rules by itself.
    pub(crate) fn and(&mut self, other: Self) {
        if self.attribute.is_empty() || other.attribute == "cancellable" {
            self.attribute = other.attribute;
        }
        self.names.extend(other.names);
    }

    pub(crate) fn first(&self) -> Option<&Ident> {
        self.names.first()
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
