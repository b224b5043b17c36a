//! `dropped_canceller`: a canceller that is thrown away where it is made, or forgotten.
//!
//! Forbids `let _ = ctx.with_cancel()`, `let (child, _) = ctx.with_cancel()`, `ctx.with_cancel().0` (a dropped `Canceller` cancels,
//! so the child is dead at once), and `mem::forget` of a canceller or of a task's handle (then nothing can stop either).
//!
//! Instead: keep it (`let (child, _canceller) = …`) for as long as the child may live; `canceller.disarm()` to give up the
//! right to cancel; `abort()` or `await` a handle.
//!
//! Limits: `mem::forget` of something that came through a function, a field or another variable is not seen. The compiler's
//! own `unused_must_use` sees `ctx.with_cancel();`.
//!
//! Modelled on `lostcancel` of `go vet`.

use std::collections::HashSet;

use syn::{Expr, Local, Member, Pat};

use super::walk::code::{Code, Findings};
use super::walk::{each_expr, each_local};
use super::{Rule, detached_task};

pub(super) const RULE: Rule = Rule { name: "dropped_canceller", check };

const DEAD: &str = "the canceller is dropped at once, which cancels the context";

fn check(code: &Code, findings: &mut Findings) {
    let mut owners = HashSet::new();
    each_local(&code.block, &mut |local| {
        let Some(init) = &local.init else { return };
        if makes_canceller(&init.expr) {
            match canceller(local) {
                Some(Pat::Wild(wild)) => findings.add(
                    wild.underscore_token,
                    DEAD,
                    "keep it as long as the context may live: `_canceller`; or call `disarm()`",
                ),
                Some(Pat::Ident(name)) => drop(owners.insert(name.ident.to_string())),
                _ => {}
            }
        } else if let (Expr::Call(call), Pat::Ident(name)) = (&*init.expr, &local.pat)
            && code.names.calls(call, &detached_task::SPAWN)
        {
            owners.insert(name.ident.to_string());
        }
    });
    each_expr(&code.block, &mut |expr, _| match expr {
        Expr::Field(field)
            if makes_canceller(&field.base) && matches!(&field.member, Member::Unnamed(index) if index.index == 0) =>
        {
            findings.add(&field.member, DEAD, "bind both: `let (child, _canceller) = ctx.with_cancel();`");
        }
        Expr::Call(call) if code.names.calls(call, &["std::mem::forget", "core::mem::forget"]) => {
            let forgotten = call.args.first();
            let is_owner = match forgotten {
                Some(Expr::Path(path)) => path.path.get_ident().is_some_and(|name| owners.contains(&name.to_string())),
                Some(Expr::Call(spawn)) => code.names.calls(spawn, &detached_task::SPAWN),
                _ => false,
            };
            if is_owner {
                findings.add(
                    &call.func,
                    "what is forgotten here can never be stopped",
                    "`disarm()` gives up the right to cancel; `abort()` or `await` a task's handle",
                );
            }
        }
        _ => {}
    });
}

fn makes_canceller(expr: &Expr) -> bool {
    matches!(expr, Expr::MethodCall(call) if call.method == "with_cancel" && call.args.is_empty())
}

/// The pattern that takes the canceller.
fn canceller(local: &Local) -> Option<&Pat> {
    match &local.pat {
        Pat::Tuple(pair) => pair.elems.iter().nth(1),
        whole @ Pat::Wild(_) => Some(whole),
        _ => None,
    }
}
