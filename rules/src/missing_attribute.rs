//! `missing_attribute`: an `async fn` under `#[enforce]` that waits and has no interrupting
//! attribute. Documented in `docs/missing_attribute.md`.

use syn::{Block, Expr, Signature};

use crate::engine::rule::{Finding, Findings};
use crate::walk::happens::{Happens, happens_in_block};

const NAME: &str = "missing_attribute";

/// Applies the rule `missing_attribute` to an `async fn` without an interrupting attribute.
#[must_use]
pub fn check(sig: &Signature, body: &Block) -> Vec<Finding> {
    let mut findings = Findings::of(NAME);
    if sig.asyncness.is_some() && happens_in_block(body, Waits) {
        findings.add(
            &sig.ident,
            format!("`{}` waits without an interrupting attribute", sig.ident),
            "add `#[cancellable]` or `#[with_timeout(…)]`",
        );
    }
    findings.into_vec()
}

struct Waits;

impl Happens for Waits {
    fn expr(&mut self, expr: &Expr) -> bool {
        matches!(expr, Expr::Await(_))
    }

    fn unknown_macro(&mut self) -> bool {
        true
    }
}
