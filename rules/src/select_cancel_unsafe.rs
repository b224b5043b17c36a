//! `select_cancel_unsafe`: a partial read or write that is lost in a loop. Documented in
//! `docs/select_cancel_unsafe.md`.

use syn::{Expr, ExprAwait, ExprMatch, Ident, Pat, Stmt};

use crate::engine::rule::{Findings, Rule};
use crate::walk::ends::{block_leaves_loop, leaves_loop};
use crate::walk::fn_body::FnBody;
use crate::walk::happens::{Happens, happens_in};
use crate::walk::open::is_select;
use crate::walk::place::{Place, each_expr};
use crate::walk::syntax::{call, called_as_function, is_one};

pub(crate) const RULE: Rule = Rule { name: "select_cancel_unsafe", check };

const UNSAFE: [&str; 9] = [
    "read_exact",
    "read_to_end",
    "read_to_string",
    "read_until",
    "read_line",
    "write_all",
    "write_all_buf",
    "copy_bidirectional",
    "copy_buf",
];

/// The suffixes of Tokio's methods for numbers, such as `read_u32_le`.
const NUMBERS: [&str; 12] = ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "u128", "i128", "f32", "f64"];

/// Functions that drop their future when a time limit or a context ends.
const LIMITS: [&str; 4] = ["timeout", "timeout_at", "run", "run_until_cancelled"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    each_expr(code.block, &mut |expr, at| {
        if !at.is_in_loop() {
            return;
        }
        match expr {
            Expr::Match(select) if is_select(select) => check_select(select, findings),
            Expr::Await(awaited) => check_limit(awaited, at, findings),
            _ => {}
        }
    });
}

fn check_select(select: &ExprMatch, findings: &mut Findings) {
    let Expr::Tuple(futures) = &*select.expr else { return };
    for (index, future) in futures.elems.iter().enumerate() {
        let mut others = select.arms.iter().take(futures.elems.len()).enumerate().filter(|(other, _)| *other != index);
        if others.any(|(_, arm)| !leaves_loop(&arm.body)) {
            happens_in(future, Unsafe { lost: "if another branch completes first", findings });
        }
    }
}

/// Reports `timeout(LIMIT, input.read_exact(…)).await` in a loop that continues after the limit.
fn check_limit(awaited: &ExprAwait, at: &Place<'_, '_>, findings: &mut Findings) {
    let Some((_, args)) = call(&awaited.base).filter(|(name, _)| is_one(name, &LIMITS)) else { return };
    let is_err = |pat: &Pat| match pat {
        Pat::TupleStruct(wrapped) => wrapped.path.is_ident("Err"),
        pat => matches!(pat, Pat::Wild(_)),
    };
    let goes_on = match (at.parent(), at.statement()) {
        (Some(Expr::Match(matched)), _) => matched.arms.iter().any(|arm| is_err(&arm.pat) && !leaves_loop(&arm.body)),
        (Some(Expr::Let(condition)), _) => match at.exprs().nth(1) {
            Some(Expr::If(branch)) if is_err(&condition.pat) => !block_leaves_loop(&branch.then_branch),
            Some(Expr::If(branch)) => !branch.else_branch.as_ref().is_some_and(|(_, other)| leaves_loop(other)),
            _ => false,
        },
        (None, Some(Stmt::Local(local))) => match local.init.as_ref().and_then(|init| init.diverge.as_ref()) {
            Some((_, otherwise)) => !leaves_loop(otherwise),
            None => matches!(local.pat, Pat::Wild(_)),
        },
        (None, Some(Stmt::Expr(_, Some(_)))) => true,
        (Some(Expr::MethodCall(used)), _) => is_one(&used.method, &["ok", "is_ok", "is_err", "unwrap_or_default"]),
        _ => false,
    };
    if goes_on {
        for arg in args {
            happens_in(arg, Unsafe { lost: "if the limit passes", findings: &mut *findings });
        }
    }
}

/// Also finds the call in an `async` block that is the branch.
struct Unsafe<'f> {
    lost: &'static str,
    findings: &'f mut Findings,
}

impl Happens for Unsafe<'_> {
    fn expr(&mut self, expr: &Expr) -> bool {
        let called = match expr {
            Expr::MethodCall(call) => Some(&call.method),
            expr => called_as_function(expr).map(|(_, name)| name),
        };
        if let Some(name) = called.filter(|name| is_unsafe(name)) {
            self.findings.add(
                name,
                format!("`{name}` is not cancel safe: {}, a partial read or write is lost", self.lost),
                "make the future before the loop and poll `&mut future`, or use `read_buf`, `write_buf` or a codec",
            );
        }
        false
    }

    fn enters(&self, expr: &Expr) -> bool {
        !matches!(expr, Expr::Closure(_))
    }
}

fn is_unsafe(name: &Ident) -> bool {
    let text = name.to_string();
    let number = text.strip_prefix("read_").or_else(|| text.strip_prefix("write_"));
    let is_number = number.is_some_and(|rest| NUMBERS.contains(&rest.trim_end_matches("_le")));
    is_one(name, &UNSAFE) || is_number
}
