//! The one walk over a body that all rules share.
//!
//! It knows where it is: in a loop, in a closure, in an `async` block. It does not enter nested items: they are functions of
//! their own.

pub(crate) mod code;
pub(crate) mod names;
pub(crate) mod open;

use syn::visit::{self, Visit};
use syn::{Block, Expr, Item, Lit, Local, Macro};

/// Where an expression stands.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place {
    /// In a loop of the same function, closure or `async` block.
    pub(crate) in_loop: bool,
    pub(crate) in_closure: bool,
}

/// Calls `look` for every expression below `block`, outer ones first.
pub(crate) fn each_expr<'a>(block: &'a Block, look: &mut dyn FnMut(&'a Expr, Place)) {
    Walker { look, place: Place::default() }.visit_block(block);
}

/// Calls `look` for every `let`.
pub(crate) fn each_local<'a>(block: &'a Block, look: &mut dyn FnMut(&'a Local)) {
    struct Locals<'l, 'a>(&'l mut dyn FnMut(&'a Local));
    impl<'a> Visit<'a> for Locals<'_, 'a> {
        fn visit_local(&mut self, local: &'a Local) {
            (self.0)(local);
            visit::visit_local(self, local);
        }

        fn visit_item(&mut self, _: &'a Item) {}
    }
    Locals(look).visit_block(block);
}

/// Calls `look` for every block, also those of closures and `async` blocks.
pub(crate) fn each_block<'a>(block: &'a Block, look: &mut dyn FnMut(&'a Block)) {
    struct Blocks<'l, 'a>(&'l mut dyn FnMut(&'a Block));
    impl<'a> Visit<'a> for Blocks<'_, 'a> {
        fn visit_block(&mut self, block: &'a Block) {
            (self.0)(block);
            visit::visit_block(self, block);
        }

        fn visit_item(&mut self, _: &'a Item) {}
    }
    Blocks(look).visit_block(block);
}

struct Walker<'l, 'a> {
    look: &'l mut dyn FnMut(&'a Expr, Place),
    place: Place,
}

impl<'a> Visit<'a> for Walker<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        (self.look)(expr, self.place);
        if is_dead(expr) {
            return;
        }
        let outer = self.place;
        match expr {
            Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) => self.place.in_loop = true,
            Expr::Closure(_) => self.place = Place { in_loop: false, in_closure: true },
            Expr::Async(_) => self.place.in_loop = false,
            _ => {}
        }
        visit::visit_expr(self, expr);
        self.place = outer;
    }

    fn visit_item(&mut self, _: &'a Item) {}
}

/// `if false { … }`, by which other macros tell the compiler a type.
fn is_dead(expr: &Expr) -> bool {
    let Expr::If(branch) = expr else { return false };
    let is_false =
        |expr: &Expr| matches!(expr, Expr::Lit(literal) if matches!(&literal.lit, Lit::Bool(value) if !value.value));
    branch.else_branch.is_none() && is_false(&branch.cond)
}

/// Something that happens when control passes, as far as it can be seen: not in closures, `async` blocks or nested items,
/// which only make something that runs elsewhere.
pub(crate) trait Happens {
    fn expr(&mut self, expr: &Expr) -> bool;

    /// An unknown macro may do anything.
    fn unknown_macro(&mut self) -> bool {
        false
    }
}

/// Whether it happens anywhere in `expr`.
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

pub(crate) fn happens_in_stmt(stmt: &syn::Stmt, what: impl Happens) -> bool {
    let mut finder = Finder { what, found: false };
    finder.visit_stmt(stmt);
    finder.found
}

struct Finder<H> {
    what: H,
    found: bool,
}

impl<'a, H: Happens> Visit<'a> for Finder<H> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.found |= self.what.expr(expr);
        if !self.found && !matches!(expr, Expr::Closure(_) | Expr::Async(_)) {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_macro(&mut self, _: &'a Macro) {
        self.found |= self.what.unknown_macro();
    }

    fn visit_item(&mut self, _: &'a Item) {}
}

impl<F: FnMut(&Expr) -> bool> Happens for F {
    fn expr(&mut self, expr: &Expr) -> bool {
        self(expr)
    }
}

pub(crate) fn is_await(expr: &Expr) -> bool {
    matches!(expr, Expr::Await(_))
}
