//! `lock_across_await`: the guard of a blocking lock that is alive at an `.await`. Its page is `docs/lock_across_await.md`.

use syn::Ident;

use crate::rule::{Findings, Rule};
use crate::walk::code::Code;
use crate::walk::guards;

pub(crate) const RULE: Rule = Rule { name: "lock_across_await", check };

fn check(code: &Code<'_>, findings: &mut Findings) {
    guards::each_held(code.block, &mut |lock: &Ident| {
        findings.add(
            lock,
            "the guard of this lock is alive at an `.await`: while the task waits, whoever locks blocks a thread",
            "end it before the `.await`: a block of its own, or `drop(guard)`; or use `tokio::sync::Mutex`",
        );
    });
}
