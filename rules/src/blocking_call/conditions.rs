//! Waits for condition variables.

use std::collections::HashSet;

use syn::{Expr, ExprMethodCall};

use crate::walk::fn_body::FnBody;
use crate::walk::guards::{guard_value, guards_of};
use crate::walk::syntax::each_local;

/// The names of guards of blocking locks.
pub(super) struct Guards(HashSet<String>);

impl Guards {
    pub(super) fn of(code: &FnBody<'_>) -> Self {
        let mut names = HashSet::new();
        each_local(code.block, &mut |local| {
            if let Some(init) = &local.init {
                names.extend(guards_of(&local.pat, &init.expr).into_iter().map(|(name, _)| name.to_string()));
            }
        });
        Self(names)
    }

    /// Returns whether the call is `condvar.wait(guard)`.
    pub(super) fn are_waited_with(&self, call: &ExprMethodCall) -> bool {
        const WAITS: [&str; 4] = ["wait", "wait_while", "wait_timeout", "wait_timeout_while"];
        WAITS.iter().any(|name| call.method == name)
            && call.args.first().is_some_and(|first| match first {
                // `parking_lot` takes the guard by reference.
                Expr::Reference(guard) => self.is_guard(&guard.expr),
                guard => self.is_guard(guard),
            })
    }

    fn is_guard(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| self.0.contains(&name.to_string())),
            expr => guard_value(expr).is_some(),
        }
    }
}
