//! `context_first`: the context is the first parameter, after `self`.
//!
//! Forbids an annotated function without a context parameter, or with one in another place. A context in a fixed
//! place is one that every reader finds and every caller passes on; one that is missing cannot be cancelled at all.
//!
//! Instead: `ctx: &Context` in front, or `#[cancellable(ambient)]` where the signature is not yours to change.
//!
//! Limits: by syntax it only sees types that are *called* `Context` or `CancellationToken`. Whether the first parameter
//! really is a context the compiler decides by its type, so that aliases work.

use crate::function::{Function, is_called_context};
use crate::rule::{Finding, Findings};

const NAME: &str = "context_first";

/// Applies the rule `context_first`, which is about the parameters.
#[must_use]
pub fn check(function: &Function<'_>) -> Vec<Finding> {
    let mut findings = Findings::of(NAME);
    let mut params = function.params();
    match params.next() {
        None => {
            let name = &function.sig.ident;
            findings.add(
                name,
                format!("`{name}` has no context parameter, so nothing can interrupt it"),
                "make `ctx: &Context` its first parameter; where the signature is not yours: `#[cancellable(ambient)]`",
            );
        }
        Some(first) if is_called_context(&first.ty) => {}
        Some(_) => {
            if let Some(late) = params.find(|param| is_called_context(&param.ty)) {
                let help = "move it to the front, behind `self` if there is one";
                findings.add(late, "the context is not the first parameter", help);
            }
        }
    }
    findings.into_vec()
}
