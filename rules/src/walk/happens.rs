//! Finds events in an expression, as far as the syntax shows.
//!
//! Closures, `async` blocks and nested items are not visited: their code runs elsewhere.

use syn::visit::{self, Visit};
use syn::{Block, Expr, Item, Macro};

pub(crate) trait Happens {
    fn expr(&mut self, expr: &Expr) -> bool;

    /// Returns whether to visit the content of `expr`.
    fn enters(&self, expr: &Expr) -> bool {
        !matches!(expr, Expr::Closure(_) | Expr::Async(_))
    }

    /// Returns whether an unknown macro counts as the event.
    fn unknown_macro(&mut self) -> bool {
        false
    }
}

impl<F: FnMut(&Expr) -> bool> Happens for F {
    fn expr(&mut self, expr: &Expr) -> bool {
        self(expr)
    }
}

/// Returns whether the event is anywhere in `expr`.
pub(crate) fn happens_in(expr: &Expr, what: impl Happens) -> bool {
    let mut finder = Finder { what, found: false };
    finder.visit_expr(expr);
    finder.found
}

pub(crate) fn happens_in_block(block: &Block, what: impl Happens) -> bool {
    let mut finder = Finder { what, found: false };
    finder.visit_block(block);
    finder.found
}

struct Finder<H> {
    what: H,
    found: bool,
}

impl<'a, H: Happens> Visit<'a> for Finder<H> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.found |= self.what.expr(expr);
        if !self.found && self.what.enters(expr) {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_macro(&mut self, _: &'a Macro) {
        self.found |= self.what.unknown_macro();
    }

    fn visit_item(&mut self, _: &'a Item) {}
}
