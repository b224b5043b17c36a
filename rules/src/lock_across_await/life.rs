//! The lifetime of one guard, in evaluation order.

use std::ptr;

use syn::visit::{self, Visit};
use syn::{Block, Expr, Ident, Item, Local, Macro, Pat, Stmt};

use crate::walk::ends::{block_leaves, leaves};
use crate::walk::open::is_only_shown;
use crate::walk::syntax::{behind_references, binds, operand, variable};
use crate::walk::tokens::contains_name;

pub(super) struct Life<'g> {
    /// The variable that holds the guard: the guard moves where the name is used as a value.
    /// `None` if another variable shadows it.
    name: Option<&'g Ident>,
    /// The expression that makes the guard, if it is a temporary.
    start: Option<&'g Expr>,
    /// An expression that borrows the variable.
    borrowed_at: Option<*const Expr>,
    is_alive: bool,
    has_moved: bool,
    is_awaited: bool,
}

impl<'g> Life<'g> {
    /// A guard that is held from the beginning.
    pub(super) fn of(name: Option<&'g Ident>) -> Self {
        Self { name, start: None, borrowed_at: None, is_alive: true, has_moved: false, is_awaited: false }
    }

    /// A guard that is held from `start` on; a pattern that borrows it may name it.
    pub(super) fn from(start: &'g Expr, name: Option<&'g Ident>) -> Self {
        Self { start: Some(start), is_alive: false, ..Self::of(name) }
    }

    /// Returns whether a future is awaited while the guard is held.
    pub(super) fn awaits(mut self, walk: impl FnOnce(&mut Self)) -> bool {
        walk(&mut self);
        self.is_awaited
    }

    pub(super) fn stmts(&mut self, stmts: &[Stmt]) {
        let name = self.name;
        for stmt in stmts {
            self.visit_stmt(stmt);
        }
        self.name = name;
    }

    fn moves(&mut self) {
        self.is_alive = false;
        self.has_moved = true;
    }

    fn hides(&mut self, pat: &Pat) {
        self.name = self.name.filter(|name| self.start.is_some() || !binds(pat, name));
    }

    /// Walks one of several branches. Returns whether the guard is held after it; a branch that
    /// leaves the block does not count.
    fn branch(&mut self, is_alive: bool, leaves: bool, walk: impl FnOnce(&mut Self)) -> bool {
        let name = self.name;
        self.is_alive = is_alive;
        walk(self);
        self.name = name;
        self.is_alive && !leaves
    }
}

impl<'a> Visit<'a> for Life<'_> {
    fn visit_block(&mut self, block: &'a Block) {
        self.stmts(&block.stmts);
    }

    fn visit_local(&mut self, local: &'a Local) {
        let Some(init) = &local.init else { return };
        self.visit_expr(&init.expr);
        if let Some((_, otherwise)) = &init.diverge {
            let before = self.is_alive;
            self.branch(before, true, |life| life.visit_expr(otherwise));
            self.is_alive = before;
        }
        self.hides(&local.pat);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let before = self.is_alive;
        if let Some(operand) = operand(expr) {
            self.borrowed_at = Some(operand);
        }
        match expr {
            // Closures and `async` blocks run elsewhere.
            Expr::Closure(_) | Expr::Async(_) => {}
            Expr::If(branch) => {
                let name = self.name;
                self.visit_expr(&branch.cond);
                let then = self.branch(self.is_alive, block_leaves(&branch.then_branch), |life| {
                    life.visit_block(&branch.then_branch);
                });
                self.name = name;
                // A temporary of the condition is dropped before `else`.
                let otherwise = branch.else_branch.as_ref().map_or(before, |(_, otherwise)| {
                    self.branch(before, leaves(otherwise), |life| life.visit_expr(otherwise))
                });
                self.is_alive = then || otherwise;
            }
            Expr::Let(cond) => {
                self.visit_expr(&cond.expr);
                self.hides(&cond.pat);
            }
            Expr::Match(matched) => {
                self.visit_expr(&matched.expr);
                let before = self.is_alive;
                let branches =
                    matched.arms.iter().map(|arm| self.branch(before, leaves(&arm.body), |life| life.visit_arm(arm)));
                self.is_alive = branches.fold(false, |after, branch| after | branch);
            }
            Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) => {
                visit::visit_expr(self, expr);
                self.is_alive = before && !self.has_moved;
            }
            Expr::Await(awaited) => {
                // An awaited guard is the future of an asynchronous lock.
                self.visit_expr(behind_references(&awaited.base));
                self.is_awaited |= self.is_alive;
            }
            Expr::Tuple(tuple) if is_only_shown(tuple) => {
                tuple.elems.iter().filter(|elem| variable(elem).is_none()).for_each(|elem| self.visit_expr(elem));
            }
            Expr::Path(path) => {
                let is_looked_at = self.borrowed_at.is_some_and(|place| ptr::eq(place, expr));
                if !is_looked_at && self.name.is_some_and(|name| path.path.is_ident(name)) {
                    self.moves();
                }
            }
            _ => visit::visit_expr(self, expr),
        }
        self.is_alive |= self.start.is_some_and(|start| ptr::eq(start, expr));
    }

    /// An unknown macro may take the guard.
    fn visit_macro(&mut self, mac: &'a Macro) {
        if self.name.is_some_and(|name| contains_name(&mac.tokens, name)) {
            self.moves();
        }
    }

    fn visit_item(&mut self, _: &'a Item) {}
}
