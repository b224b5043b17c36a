//! `context_first`: the context is the first parameter, after `self`. Documented in
//! `docs/context_first.md`.

use syn::Type;

use crate::engine::function::{Function, is_called_context};
use crate::engine::rule::{Finding, Findings};

const NAME: &str = "context_first";

/// Applies the rule `context_first` to the parameters.
#[must_use]
pub fn check(function: &Function<'_>) -> Vec<Finding> {
    if function.params().next().is_some() {
        return check_order(function, &is_called_context);
    }
    let mut findings = Findings::of(NAME);
    let name = &function.sig.ident;
    findings.add(
        name,
        format!("`{name}` has no context parameter, so it cannot be interrupted"),
        "make `ctx: &Context` the first parameter; if the signature cannot change, write `#[cancellable(ambient)]`",
    );
    findings.into_vec()
}

/// Reports a context that is not the first parameter.
pub(crate) fn check_order(function: &Function<'_>, is_context: &dyn Fn(&Type) -> bool) -> Vec<Finding> {
    let mut findings = Findings::of(NAME);
    if let Some(late) = function.params().position(|param| is_context(&param.ty)).filter(|index| *index > 0)
        && let Some(late) = function.params().nth(late)
    {
        let help = "make it the first parameter after `self`";
        findings.add(late, "the context is not the first parameter", help);
    }
    findings.into_vec()
}
