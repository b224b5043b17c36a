//! The one walk over a body that all rules share.
//!
//! It knows where it is: in a loop, in a closure, in an `async` block. It does not enter nested items: they are functions of
//! their own.

pub(crate) mod code;
pub(crate) mod ends;
pub(crate) mod guards;
pub(crate) mod names;
pub(crate) mod open;
pub(crate) mod tokens;

use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprCall, ExprPath, Ident, Item, Lit, Local, Macro, Pat};

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

/// Where items are used: a path that is called, or one of two segments or more that is a value, as in `.map(tokio::spawn)`. Not in
/// `let spawn = tokio::spawn;`, whose calls [`names`] knows.
pub(crate) struct Uses {
    /// Callees, and what is only given a name.
    others: Vec<*const ExprPath>,
}

impl Uses {
    pub(crate) fn of(block: &Block) -> Self {
        let mut others: Vec<*const ExprPath> = Vec::new();
        each_local(block, &mut |local| {
            if let (Some(_), Some(init)) = (declared(&local.pat), &local.init)
                && let Expr::Path(path) = &*init.expr
            {
                others.push(path);
            }
        });
        each_expr(block, &mut |expr, _| {
            if let Expr::Call(call) = expr
                && let Expr::Path(path) = &*call.func
            {
                others.push(path);
            }
        });
        Self { others }
    }

    /// The item that `expr` uses, and the call if it is one.
    pub(crate) fn at<'a>(&self, expr: &'a Expr) -> Option<(&'a ExprPath, Option<&'a ExprCall>)> {
        match expr {
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => Some((path, Some(call))),
                _ => None,
            },
            Expr::Path(path) if path.path.segments.len() > 1 => {
                let is_value = !self.others.iter().any(|known| std::ptr::eq(*known, path));
                is_value.then_some((path, None))
            }
            _ => None,
        }
    }
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

    /// Whether what is inside of `expr` counts.
    fn enters(&self, expr: &Expr) -> bool {
        !matches!(expr, Expr::Closure(_) | Expr::Async(_))
    }

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

impl<F: FnMut(&Expr) -> bool> Happens for F {
    fn expr(&mut self, expr: &Expr) -> bool {
        self(expr)
    }
}

pub(crate) fn is_await(expr: &Expr) -> bool {
    matches!(expr, Expr::Await(_))
}

/// What stands behind `&`, `&mut` and parentheses.
pub(crate) fn behind_references(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Reference(reference) => &reference.expr,
            Expr::Paren(paren) => &paren.expr,
            Expr::Group(group) => &group.expr,
            expr => return expr,
        };
    }
}

/// The name, if it is nothing but a variable.
pub(crate) fn variable(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// The variable that a `let` declares, with a type or without.
pub(crate) fn declared(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(name) => Some(&name.ident),
        Pat::Type(typed) => declared(&typed.pat),
        _ => None,
    }
}

/// Whether a pattern declares `name`.
pub(crate) fn binds(pat: &Pat, name: &Ident) -> bool {
    struct Bound<'n>(&'n Ident, bool);
    impl<'a> Visit<'a> for Bound<'_> {
        fn visit_pat_ident(&mut self, pat: &'a syn::PatIdent) {
            self.1 |= pat.ident == *self.0;
            visit::visit_pat_ident(self, pat);
        }
    }
    let mut bound = Bound(name, false);
    bound.visit_pat(pat);
    bound.1
}
