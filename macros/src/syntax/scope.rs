//! Names that a `let`, a closure, an arm or a nested item of the code itself binds.

use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::{Item, Pat, PatIdent, Stmt};

use super::tokens::unraw;

/// The names that are bound at a visitor's position.
#[derive(Default)]
pub(crate) struct Scope(Vec<String>);

impl Scope {
    pub(crate) fn hides(&self, name: &str) -> bool {
        self.0.iter().any(|bound| bound == name)
    }

    pub(crate) fn bind(&mut self, pattern: &Pat) {
        self.0.extend(bound_by(pattern).into_iter().map(unraw));
    }

    /// Binds the nested items of a block, which are visible in the whole block.
    pub(crate) fn bind_items(&mut self, statements: &[Stmt]) {
        let name = |statement| match statement {
            &Stmt::Item(Item::Const(ref item)) => Some(&item.ident),
            Stmt::Item(Item::Static(item)) => Some(&item.ident),
            Stmt::Item(Item::Fn(item)) => Some(&item.sig.ident),
            _ => None,
        };
        self.0.extend(statements.iter().filter_map(name).map(unraw));
    }

    /// Marks the beginning of a scope, for [`leave`](Self::leave).
    pub(crate) fn enter(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn leave(&mut self, scope: usize) {
        self.0.truncate(scope);
    }
}

/// The names that a pattern binds.
pub(crate) fn bound_by(pattern: &Pat) -> Vec<&Ident> {
    struct Bound<'a>(Vec<&'a Ident>);
    impl<'a> Visit<'a> for Bound<'a> {
        fn visit_pat_ident(&mut self, pattern: &'a PatIdent) {
            self.0.push(&pattern.ident);
            visit::visit_pat_ident(self, pattern);
        }
    }
    let mut bound = Bound(Vec::new());
    bound.visit_pat(pattern);
    bound.0
}

/// Implements the scoping of a visitor with a field `scope`, as a `Visit` or a `VisitMut`.
macro_rules! visit_scopes {
    (
        [$($by:tt)+], $block:ident, $arm:ident, $closure:ident, $for_loop:ident, $if:ident, $let:ident, $while:ident,
        $expr:ident, $pat:ident, $stmt:ident
    ) => {
        fn $block(&mut self, block: $($by)+ syn::Block) {
            let scope = self.scope.enter();
            self.scope.bind_items(&block.stmts);
            for statement in $crate::syntax::scope::each!([$($by)+] block.stmts) {
                self.$stmt(statement);
                if let syn::Stmt::Local(local) = statement {
                    self.scope.bind(&local.pat);
                }
            }
            self.scope.leave(scope);
        }

        fn $arm(&mut self, arm: $($by)+ syn::Arm) {
            let scope = self.scope.enter();
            // The guard is part of the pattern, and sees its names.
            self.scope.bind(&arm.pat);
            self.$pat($crate::syntax::scope::part!([$($by)+] arm.pat));
            self.$expr($crate::syntax::scope::part!([$($by)+] *arm.body));
            self.scope.leave(scope);
        }

        fn $closure(&mut self, closure: $($by)+ syn::ExprClosure) {
            let scope = self.scope.enter();
            for input in $crate::syntax::scope::each!([$($by)+] closure.inputs) {
                self.scope.bind(input);
                self.$pat(input);
            }
            self.$expr($crate::syntax::scope::part!([$($by)+] *closure.body));
            self.scope.leave(scope);
        }

        fn $for_loop(&mut self, turns: $($by)+ syn::ExprForLoop) {
            self.$expr($crate::syntax::scope::part!([$($by)+] *turns.expr));
            let scope = self.scope.enter();
            self.scope.bind(&turns.pat);
            self.$pat($crate::syntax::scope::part!([$($by)+] *turns.pat));
            self.$block($crate::syntax::scope::part!([$($by)+] turns.body));
            self.scope.leave(scope);
        }

        fn $if(&mut self, branches: $($by)+ syn::ExprIf) {
            let scope = self.scope.enter();
            self.$expr($crate::syntax::scope::part!([$($by)+] *branches.cond));
            self.$block($crate::syntax::scope::part!([$($by)+] branches.then_branch));
            self.scope.leave(scope);
            if let Some((_, other)) = $crate::syntax::scope::part!([$($by)+] branches.else_branch) {
                self.$expr(other);
            }
        }

        fn $while(&mut self, turns: $($by)+ syn::ExprWhile) {
            let scope = self.scope.enter();
            self.$expr($crate::syntax::scope::part!([$($by)+] *turns.cond));
            self.$block($crate::syntax::scope::part!([$($by)+] turns.body));
            self.scope.leave(scope);
        }

        /// In the condition of an `if` or a `while`.
        fn $let(&mut self, condition: $($by)+ syn::ExprLet) {
            self.$expr($crate::syntax::scope::part!([$($by)+] *condition.expr));
            self.$pat($crate::syntax::scope::part!([$($by)+] *condition.pat));
            self.scope.bind(&condition.pat);
        }
    };
}

/// Borrows a part of the visited node.
macro_rules! part {
    ([& $life:lifetime] $($place:tt)+) => { &$($place)+ };
    ([& mut] $($place:tt)+) => { &mut $($place)+ };
}

/// Iterates over the elements of a part.
macro_rules! each {
    ([& $life:lifetime] $($place:tt)+) => { $($place)+.iter() };
    ([& mut] $($place:tt)+) => { $($place)+.iter_mut() };
}

pub(crate) use {each, part, visit_scopes};
