//! `lock_across_await`: a guard of a blocking lock that is held across an `.await`. Documented in
//! `docs/lock_across_await.md`.
//!
//! Each guard is followed separately, in evaluation order.

mod life;

use syn::visit::Visit;
use syn::{Block, Expr, Ident, Pat, Stmt};

use self::life::Life;
use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;
use crate::walk::guards::{bound, extended, guard_value, guards_of, reaches_through};
use crate::walk::place::{Place, each_block, each_expr};
use crate::walk::temporary::end_of_temporary;

pub(crate) const RULE: Rule = Rule { name: "lock_across_await", check };

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let mut report = |lock: &Ident| {
        findings.add(
            lock,
            "the guard of this lock is held across an `.await`",
            "write `drop(guard)` before the `.await`, lock in a block of its own, or use `tokio::sync::Mutex`",
        );
    };
    each_block(code.block, &mut |block| variables(block, &mut report));
    each_expr(code.block, &mut |expr, at| temporary(expr, at).into_iter().for_each(&mut report));
}

/// Guards in variables are held until the end of the block.
fn variables(block: &Block, report: &mut dyn FnMut(&Ident)) {
    for (index, stmt) in block.stmts.iter().enumerate() {
        let Stmt::Local(local) = stmt else { continue };
        let Some(init) = &local.init else { continue };
        let named = guards_of(&local.pat, &init.expr).into_iter().map(|(name, lock)| (Some(name), lock));
        let nameless = extended(&init.expr).filter(|_| !matches!(local.pat, Pat::Wild(_))).map(|lock| (None, lock));
        for (name, lock) in named.chain(nameless) {
            if Life::of(name).awaits(|life| life.stmts(&block.stmts[index + 1..])) {
                report(lock);
            }
        }
    }
}

/// A guard without a variable: it is held until the end of its statement, or of the `match` or `if
/// let` on it.
fn temporary<'a>(expr: &'a Expr, at: &Place<'_, 'a>) -> Option<&'a Ident> {
    let lock = guard_value(expr)?;
    let name = match at.parent()? {
        Expr::Let(cond) => Some(bound(&cond.pat)?),
        Expr::Match(matched) => Some(matched.arms.iter().find_map(|arm| bound(&arm.pat))?),
        outer if reaches_through(outer) => None,
        _ => return None,
    };
    Life::from(expr, name).awaits(|life| life.visit_expr(end_of_temporary(expr, at))).then_some(lock)
}
