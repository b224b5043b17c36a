//! `lock_across_await`: the guard of a blocking lock that is alive at an `.await`.
//!
//! Forbids a guard of `std::sync` or `parking_lot` that lives across an `.await`. The task may be away for long with the lock held;
//! another task on the same thread that locks blocks the thread, and with it the first one: a deadlock. A guard without a name lives to the
//! end of its statement, so `send(list.lock().unwrap().clone()).await` holds one, too.
//!
//! Instead: a block of its own around the locked part, `drop(guard)` in front of the `.await`, or `tokio::sync::Mutex`.
//!
//! Limits: guards are recognised by `lock()`, by `read()` and `write()` with an `unwrap()`, `expect(…)` or `?` behind them, and by
//! `Mutex::lock(&list)` and its kin; `parking_lot`'s `read()` and `write()` only by `lock`'s relatives (`upgradable_read()`, `write_arc()`, …).
//! A guard that moves away, into a call or another variable, is not followed. One that comes out of a function is not seen; Clippy's
//! `await_holding_lock`, which knows types, sees those.

use syn::Ident;

use crate::rule::{Findings, Rule};
use crate::walk::code::Code;
use crate::walk::guards;

pub(super) const RULE: Rule = Rule { name: "lock_across_await", check };

fn check(code: &Code, findings: &mut Findings) {
    guards::each_held(&code.block, &mut |lock: &Ident| {
        findings.add(
            lock,
            "the guard of this lock is alive at an `.await`: while the task waits, whoever locks blocks a thread",
            "end it before the `.await`: a block of its own, or `drop(guard)`; or use `tokio::sync::Mutex`",
        );
    });
}
