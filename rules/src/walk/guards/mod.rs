//! Which guards of blocking locks are alive at an `.await`: a walk in the order of evaluation, with the scopes of variables and of
//! temporaries.
//!
//! - A named guard lives to the end of its block, or until its name stands somewhere by itself: it has moved away.
//! - A nameless one lives to the end of its statement; in the condition of an `if` or `while`, to the end of that; in what a
//!   `match`, `if let`, `while let` or `for` looks at, through its body.
//! - A way that leaves (`return`, `break`, `continue`) does not end the guard for the ways that go on.

mod held;
mod locks;

use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, ExprIf, ExprMatch, Ident, Item, Local, Macro, Pat, Stmt};

use self::held::{Guard, Walk, Way};
use self::locks::{bare_lock, bound, extended, temporary};
pub(crate) use self::locks::{guard_value, guards_of};
use crate::walk::ends::{block_leaves, leaves};
use crate::walk::open;
use crate::walk::syntax::{behind_references, binds};
use crate::walk::tokens::mentions;

/// Calls `report` for each lock whose guard is held somewhere in `block` while something is awaited.
pub(crate) fn each_held(block: &Block, report: &mut dyn FnMut(&Ident)) {
    let mut walk = Walk::default();
    walk.visit_block(block);
    walk.found.iter().for_each(|(_, lock)| report(lock));
}

impl Walk {
    /// A guard without a name, if `expr` uses one.
    fn uses(&mut self, expr: &Expr) {
        if let Some(lock) = temporary(expr) {
            self.holds(None, lock);
        }
    }

    /// What the temporaries of a condition end with, unless it binds something.
    fn condition(&mut self, cond: &Expr) {
        if has_let(cond) {
            self.visit_expr(cond);
        } else {
            self.scope(|walk| walk.visit_expr(cond));
        }
    }

    /// `pat = list.lock()`
    fn binds(&mut self, pat: &Pat, value: &Expr) {
        if let (Some(lock), Some(name)) = (bare_lock(value), bound(pat)) {
            self.holds(Some(name), lock);
        }
    }

    fn branches(&mut self, branch: &ExprIf) {
        let born = self.born;
        self.condition(&branch.cond);
        let (before, looked_at) = self.held.drain(..).partition(|guard: &Guard| guard.born <= born);
        self.held = before;
        let then = |walk: &mut Self| {
            walk.held.extend(looked_at);
            walk.visit_block(&branch.then_branch);
        };
        let otherwise: Way<'_> = match &branch.else_branch {
            Some((_, otherwise)) => (leaves(otherwise), Box::new(|walk| walk.visit_expr(otherwise))),
            None => (false, Box::new(|_| ())),
        };
        self.ways(vec![(block_leaves(&branch.then_branch), Box::new(then)), otherwise]);
    }

    fn matches(&mut self, matched: &ExprMatch) {
        self.visit_expr(&matched.expr);
        let ways = matched.arms.iter().map(|arm| -> Way<'_> {
            let inside = |walk: &mut Self| {
                walk.binds(&arm.pat, &matched.expr);
                if let Pat::Guard(guarded) = &arm.pat {
                    walk.condition(&guarded.guard);
                }
                walk.visit_expr(&arm.body);
            };
            (leaves(&arm.body), Box::new(inside))
        });
        self.ways(ways.collect());
    }
}

impl<'a> Visit<'a> for Walk {
    fn visit_block(&mut self, block: &'a Block) {
        self.scope(|walk| {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Local(local) => walk.visit_local(local),
                    // Its temporaries end with it.
                    stmt => walk.scope(|walk| visit::visit_stmt(walk, stmt)),
                }
            }
        });
    }

    fn visit_local(&mut self, local: &'a Local) {
        let Some(init) = &local.init else { return };
        self.scope(|walk| {
            walk.visit_expr(&init.expr);
            if let Some((_, otherwise)) = &init.diverge {
                walk.ways(vec![(true, Box::new(|walk| walk.visit_expr(otherwise))), (false, Box::new(|_| ()))]);
            }
        });
        self.moves([&*init.expr]);
        for guard in &mut self.held {
            guard.name = guard.name.take().filter(|name| !binds(&local.pat, name));
        }
        for (name, lock) in guards_of(&local.pat, &init.expr) {
            self.holds(Some(name), lock);
        }
        if let (false, Some(lock)) = (matches!(local.pat, Pat::Wild(_)), extended(&init.expr)) {
            self.holds(None, lock);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Await(awaited) => {
                if open::is_awaited_by_macro(awaited) {
                    self.scope(|walk| walk.visit_expr(&awaited.base));
                } else {
                    self.visit_expr(&awaited.base);
                }
                // Tokio's lock, then, or a future that holds what it holds.
                self.moves([behind_references(&awaited.base)]);
                self.awaits();
            }
            Expr::If(branch) => self.branches(branch),
            Expr::Match(matched) => self.matches(matched),
            Expr::Loop(turn) => self.turns(|walk| walk.visit_block(&turn.body)),
            Expr::While(turn) => self.turns(|walk| {
                walk.condition(&turn.cond);
                walk.visit_block(&turn.body);
            }),
            Expr::ForLoop(turn) => self.turns(|walk| {
                walk.visit_expr(&turn.expr);
                walk.visit_block(&turn.body);
            }),
            Expr::Let(condition) => {
                self.visit_expr(&condition.expr);
                self.binds(&condition.pat, &condition.expr);
            }
            Expr::Binary(both) if matches!(both.op, BinOp::And(_) | BinOp::Or(_)) => {
                self.condition(&both.left);
                self.condition(&both.right);
            }
            Expr::MethodCall(call) => {
                self.visit_expr(&call.receiver);
                self.uses(expr);
                call.args.iter().for_each(|arg| self.visit_expr(arg));
                self.moves(&call.args);
            }
            Expr::Closure(closure) => self.afresh(|walk| walk.visit_expr(&closure.body)),
            Expr::Async(block) => self.afresh(|walk| walk.visit_block(&block.block)),
            _ => {
                visit::visit_expr(self, expr);
                self.uses(expr);
                match expr {
                    Expr::Call(call) => self.moves(&call.args),
                    Expr::Assign(assign) => self.moves([&*assign.right]),
                    Expr::Tuple(tuple) if !open::is_only_shown(tuple) => self.moves(&tuple.elems),
                    Expr::Struct(made) => self.moves(made.fields.iter().map(|field| &field.expr)),
                    Expr::Return(value) => self.moves(value.expr.as_deref()),
                    _ => {}
                }
            }
        }
    }

    /// One that is not known may take the guard.
    fn visit_macro(&mut self, mac: &'a Macro) {
        self.moves_if(|name| mentions(&mac.tokens, name));
    }

    fn visit_item(&mut self, _: &'a Item) {}
}

fn has_let(cond: &Expr) -> bool {
    match cond {
        Expr::Let(_) => true,
        Expr::Binary(both) => has_let(&both.left) || has_let(&both.right),
        Expr::Paren(paren) => has_let(&paren.expr),
        _ => false,
    }
}
